import { AppError } from '#server/kernel/errors.ts'
import type { ByteRoute } from './data-bytes.ts'

interface Matched {
  route: ByteRoute
  params: Record<string, string>
}

/** Percent-decoding that cannot throw; a segment that decodes to a slash or NUL names nothing. */
function decoded(segment: string): string | undefined {
  try {
    const text = decodeURIComponent(segment)
    return /[/\\\0]/.test(text) ? undefined : text
  } catch {
    return undefined
  }
}

function paramsOf(pattern: string, path: string): Record<string, string> | undefined {
  const wanted = pattern.split('/')
  const given = path.split('/')
  if (wanted.length !== given.length) return undefined
  const params: Record<string, string> = {}
  for (const [i, part] of wanted.entries()) {
    if (!part.startsWith(':')) {
      if (part !== given[i]) return undefined
      continue
    }
    const value = decoded(given[i]!)
    if (!value) return undefined
    params[part.slice(1)] = value
  }
  return params
}

/** Throws `not_found` in the words of an address that nothing answers. */
export function matchRoute(routes: readonly ByteRoute[], method: string, path: string): Matched {
  for (const route of routes) {
    const params = route.method === method ? paramsOf(route.pattern, path) : undefined
    if (params) return { route, params }
  }
  const others = routes.filter(r => paramsOf(r.pattern, path)).map(r => r.method)
  throw others.length > 0
    ? new AppError('bad_request', `${method} is not possible here; ${others.join(', ')} is.`)
    : new AppError('not_found', `Nothing answers ${method} ${path}.`)
}
