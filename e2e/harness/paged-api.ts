import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

const PAGE = 40
const KEY = 'a key of the test'

export interface PagedApi {
  url: string
  /** What the header Authorization must say. */
  key: string
  /** More rows from now on. */
  grow(rows: number): void
  close(): Promise<void>
}

/** An API of somebody else: rows as JSON, by cursor, to whoever has the key. */
export async function startPagedApi(rows: number): Promise<PagedApi> {
  let count = rows
  const server = createServer((req, res) => {
    if (req.headers.authorization !== KEY) return void res.writeHead(401).end('{"error":"who are you?"}')
    const from = Number(new URL(req.url!, 'http://api').searchParams.get('cursor') ?? 0)
    const items = Array.from({ length: Math.max(0, Math.min(PAGE, count - from)) }, (_, i) => ({
      order: `o-${from + i}`,
      amount: ((from + i) * 37) % 101,
      place: { city: ['Rome', 'Oslo'][(from + i) % 2] },
    }))
    const next = from + PAGE < count ? String(from + PAGE) : null
    res.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ items, next_cursor: next }))
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/orders`,
    key: KEY,
    grow: rows => {
      count = rows
    },
    close: () => new Promise(resolve => server.close(() => resolve())),
  }
}
