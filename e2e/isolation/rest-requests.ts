import { fastify } from 'fastify'
import { z } from 'zod'
import { REST_PREFIX } from '#server/rest/document.ts'
import { registerRestRoutes } from '#server/rest/rest-routes.ts'
import { type RegisteredRoute, recordRoutes, type WebParts } from '#server/web/routes.ts'
import { generateInput, withText } from './generate-input.ts'

/** The routes of the REST API as they are registered; no request is handled. */
export async function listRestRoutes(): Promise<RegisteredRoute[]> {
  const app = fastify({ exposeHeadRoutes: false })
  app.decorate('registeredRoutes', [])
  app.decorateRequest('caller')
  recordRoutes(app, 'token')
  await app.register(rest => registerRestRoutes(rest, {} as WebParts), { prefix: REST_PREFIX })
  await app.ready()
  return app.registeredRoutes
}

/** Values for the parts of a path that stand for nothing in particular. */
const FILLERS: Record<string, string> = {
  v: '1',
  number: '0',
  id: '00000000-0000-7000-8000-000000000000',
  job: '00000000-0000-7000-8000-000000000000',
  upload: '00000000-0000-7000-8000-000000000000',
}

/** A path in which one part after the other is `text`. */
function* pathsWith(url: string, text: string): Generator<string> {
  const names = [...url.matchAll(/:(\w+)/g)].map(match => match[1]!)
  for (const chosen of names)
    yield url.replace(/:(\w+)/g, (_, name: string) =>
      encodeURIComponent(name === chosen ? text : (FILLERS[name] ?? 'aa')),
    )
  if (names.length === 0) yield url
}

const searchOf = (query: Record<string, unknown>) => {
  const text = new URLSearchParams(Object.entries(query).map(([name, value]) => [name, String(value)])).toString()
  return text ? `?${text}` : ''
}

/** Requests to a route that name `handle` wherever a text fits: in the path, the query, the body. */
export function* requestsFor(route: RegisteredRoute, handle: string): Generator<{ path: string; body?: string }> {
  const { body: bodySchema, querystring } = route.schema
  const takesJson = bodySchema instanceof z.ZodObject
  const texts = handle.startsWith('canary') ? [handle, `${handle}@1`] : [handle]
  for (const withAll of [false, true]) {
    const query = querystring ? generateInput([querystring], withAll) : {}
    const body = takesJson ? generateInput([bodySchema], withAll) : undefined
    const plain = body ? JSON.stringify(body) : takesJson || route.method === 'GET' ? undefined : 'a,b\n1,2\n'
    for (const text of texts) {
      for (const path of pathsWith(route.url, text)) {
        yield { path: `${path}${searchOf(query)}`, body: plain }
        for (const changed of withText(query, text)) yield { path: `${path}${searchOf(changed)}`, body: plain }
        if (body)
          for (const changed of withText(body, text))
            yield { path: `${path}${searchOf(query)}`, body: JSON.stringify(changed) }
      }
    }
  }
}
