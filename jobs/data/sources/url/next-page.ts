import type { Pages } from '#server/data/sources/contract.ts'
import { AppError } from '#server/kernel/errors.ts'
import { atPath } from './find-items.ts'

/** Parts of a page that determine the next one. */
export interface PageSeen {
  url: URL
  /** Index of the page, from 0. */
  index: number
  items: number
  link: string | null
  /** The parsed response, if it is JSON. */
  document: unknown
}

/** Returns the `rel="next"` address of a Link header (RFC 8288), relative or absolute. */
export function nextLink(header: string | null): string | undefined {
  for (const part of header?.match(/<[^>]*>[^<]*/g) ?? []) {
    const [, target = '', parameters = ''] = /^<([^>]*)>(.*)$/s.exec(part) ?? []
    const relation = /;\s*rel\s*=\s*(?:"([^"]*)"|([^\s;,"]+))/i.exec(parameters)
    if ((relation?.[1] ?? relation?.[2] ?? '').toLowerCase().split(/\s+/).includes('next')) return target
  }
  return undefined
}

const withParameter = (url: URL, name: string, value: string): URL => {
  const next = new URL(url)
  next.searchParams.set(name, value)
  return next
}

export function firstPage(url: URL, pages: Pages): URL {
  if (pages.by !== 'number') return url
  const first = withParameter(url, pages.parameter, String(pages.first))
  return pages.sizeParameter && pages.size ? withParameter(first, pages.sizeParameter, String(pages.size)) : first
}

/** Returns the address of the next page, or undefined after the last one. */
export function nextPage(pages: Pages, seen: PageSeen): URL | undefined {
  const resolve = (address: string) => {
    const url = URL.parse(address, seen.url)
    if (!url)
      throw new AppError(
        'invalid',
        `Page ${seen.index + 1} names “${address.slice(0, 200)}” as the next, which is no address.`,
      )
    return url
  }
  if (pages.by === 'none') return undefined
  if (pages.by === 'link') {
    const link = nextLink(seen.link)
    return link === undefined ? undefined : resolve(link)
  }
  if (pages.by === 'number')
    return seen.items === 0 ? undefined : withParameter(seen.url, pages.parameter, String(pages.first + seen.index + 1))
  const cursor = atPath(seen.document, pages.path)
  if (cursor === undefined && seen.index === 0)
    throw new AppError('invalid', `The answer has nothing at “${pages.path}”, where the next cursor should be.`, {
      hint: 'Name the path as in meta.next; on the last page it may be null or empty.',
    })
  if (cursor === undefined || cursor === null || cursor === '' || cursor === false) return undefined
  if (typeof cursor !== 'string' && typeof cursor !== 'number')
    throw new AppError('invalid', `What is at “${pages.path}” is no cursor: ${JSON.stringify(cursor).slice(0, 100)}.`)
  if (typeof cursor === 'string' && /^(https?:\/\/|\/|\?)/.test(cursor)) return resolve(cursor)
  return withParameter(seen.url, pages.parameter, String(cursor))
}
