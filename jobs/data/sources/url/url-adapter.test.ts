import assert from 'node:assert/strict'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, beforeEach, describe, it } from 'node:test'
import { gzipSync } from 'node:zlib'
import type { OutgoingPolicy } from '#server/adapters/outgoing/index.ts'
import { type Secrets, urlReading } from '#server/data/sources/contract.ts'
import { AppError } from '#server/kernel/errors.ts'
import { urlAdapter } from './url-adapter.ts'

type Answer = (request: IncomingMessage, response: ServerResponse, url: URL) => void

let server: Server
let origin: string
let root: string
let answer: Answer
let asked: { url: string; headers: IncomingMessage['headers'] }[] = []
let folders = 0
let lines: string[] = []
const policy: OutgoingPolicy = { privateNetworks: ['127.0.0.0/8'], resolve: async () => ['127.0.0.1'] }

before(async () => {
  root = await mkdtemp(join(tmpdir(), 'fleximl-url-'))
  server = createServer((request, response) => {
    asked.push({ url: request.url!, headers: request.headers })
    answer(request, response, new URL(request.url!, origin))
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})
after(async () => {
  server.closeAllConnections()
  server.close()
  await rm(root, { recursive: true, force: true })
})
beforeEach(() => {
  asked = []
  lines = []
})

async function read(
  reading: object = {},
  options: { path?: string; secrets?: Secrets; maxPages?: number; maxBytes?: number } = {},
) {
  const folder = await mkdtemp(join(root, `${++folders}-`))
  const fetched = await urlAdapter.fetch(
    { ...urlReading.parse({ kind: 'url', ...reading }), url: `${origin}${options.path ?? '/rows'}` },
    options.secrets ?? {},
    {
      folder,
      policy,
      signal: new AbortController().signal,
      progress: () => undefined,
      line: (_, text) => lines.push(text),
      limits: { maxPages: options.maxPages ?? 100, maxBytes: options.maxBytes ?? 1e6 },
    },
  )
  const contents = await Promise.all(fetched.files.map(f => readFile(f.path)))
  return { ...fetched, names: fetched.files.map(f => f.name), text: contents.map(c => c.toString()).join('') }
}
const rowsOf = (text: string) =>
  text
    .trim()
    .split('\n')
    .map(line => JSON.parse(line) as Record<string, unknown>)
const refused = async (work: Promise<unknown>) => {
  const error = await work.then(
    () => assert.fail('it was taken'),
    e => e,
  )
  assert.ok(error instanceof AppError, String(error))
  return `${error.message} ${error.hint ?? ''}`
}
const json = (response: ServerResponse, document: unknown, headers: Record<string, string> = {}) =>
  response.writeHead(200, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(document))
const ROWS = Array.from({ length: 25 }, (_, i) => ({ id: i, name: `n${i}` }))

describe('rows by page', () => {
  it('by Link header, relative and absolute', async () => {
    answer = (_, response, url) => {
      const page = Number(url.searchParams.get('p') ?? 0)
      const next = page === 0 ? '/rows?p=1' : `${origin}/rows?p=${page + 1}`
      const links = `<${origin}/rows>; rel="first"${page < 2 ? `, <${next}>; rel="next"` : ''}`
      json(response, ROWS.slice(page * 10, page * 10 + 10), { link: links })
    }
    const read1 = await read({ pages: { by: 'link' } })
    assert.deepEqual(rowsOf(read1.text), ROWS)
    assert.equal(read1.origin.pages, 3)
  })

  it('by cursor, nested in the answer, with the rows elsewhere in it', async () => {
    answer = (_, response, url) => {
      const at = Number(url.searchParams.get('after') ?? 0)
      json(response, {
        data: { items: ROWS.slice(at, at + 10) },
        meta: { next: at + 10 < 25 ? String(at + 10) : null },
      })
    }
    const done = await read(
      { items: 'data.items', pages: { by: 'cursor', parameter: 'after', path: 'meta.next' } },
      { path: '/rows?kind=a' },
    )
    assert.deepEqual(rowsOf(done.text), ROWS)
    assert.deepEqual(
      asked.map(a => a.url),
      ['/rows?kind=a', '/rows?kind=a&after=10', '/rows?kind=a&after=20'],
    )
  })

  it('by page number, until a page has no rows or is not there', async () => {
    for (const end of ['empty', 404]) {
      asked = []
      answer = (_, response, url) => {
        const page = Number(url.searchParams.get('page'))
        if (page > 3 && end === 404) return response.writeHead(404).end()
        json(response, { results: ROWS.slice((page - 1) * 10, page * 10), count: 25 })
      }
      const done = await read({ pages: { by: 'number', sizeParameter: 'size', size: 10 } })
      assert.deepEqual(rowsOf(done.text), ROWS)
      assert.equal(asked[0]!.url, '/rows?page=1&size=10')
      assert.equal(asked.length, 4)
    }
  })

  it('pages of CSV are files of one table', async () => {
    answer = (_, response, url) => {
      const page = Number(url.searchParams.get('page'))
      const rows = page < 3 ? `${page},x\n${page},y\n` : ''
      response.writeHead(200, { 'content-type': 'text/csv' }).end(`a,b\n${rows}`)
    }
    const done = await read({ pages: { by: 'number' } })
    assert.deepEqual([done.names, done.origin.rows], [['page-1.csv', 'page-2.csv'], 4])
  })

  it('an API that ignores the page, goes in a circle or has too many pages is an error, not half a table', async () => {
    answer = (_, response) => json(response, ROWS)
    assert.match(await refused(read({ pages: { by: 'number' } })), /Page 2 is the same as page 1.*“page”/)
    answer = (_, response, url) => json(response, ROWS.slice(0, url.search.length), { link: '</rows>; rel=next' })
    assert.match(await refused(read({ pages: { by: 'link' } }, { path: '/rows?x=1' })), /form a loop/)
    answer = (_, response, url) => json(response, [{ a: url.search }])
    assert.match(await refused(read({ pages: { by: 'number' } }, { maxPages: 5 })), /more than 5 pages/)
    assert.match(await refused(read({ pages: { by: 'number' } }, { maxBytes: 200 })), /more than \d+ bytes/)
    answer = (_, response) => json(response, { rows: ROWS })
    assert.match(await refused(read({ pages: { by: 'cursor' } })), /nothing at “next_cursor”/)
    answer = (_, response) => json(response, [])
    assert.match(await refused(read({ pages: { by: 'link' } })), /no rows/)
  })

  it('the key stays with its server when the next page is elsewhere', async () => {
    const other = createServer((request, response) => {
      asked.push({ url: `other${request.url}`, headers: request.headers })
      json(response, [{ id: 2 }])
    })
    await new Promise<void>(resolve => other.listen(0, '127.0.0.1', resolve))
    answer = (_, response) =>
      json(response, [{ id: 1 }], { link: `<http://127.0.0.1:${(other.address() as AddressInfo).port}/>; rel="next"` })
    const done = await read({ pages: { by: 'link' } }, { secrets: { 'X-Api-Key': 'hunter22' } })
    other.closeAllConnections()
    other.close()
    assert.equal(rowsOf(done.text).length, 2)
    assert.deepEqual(
      asked.map(a => a.headers['x-api-key']),
      ['hunter22', undefined],
    )
  })
})

describe('what an answer is', () => {
  const CASES: [string, string | Uint8Array, string, object, string[]][] = [
    ['CSV by type', 'a,b\n1,2\n', 'text/csv; charset=utf-8', {}, ['download.csv']],
    ['CSV by name', 'a,b\n1,2\n', 'application/octet-stream', { path: '/x.csv' }, ['download.csv']],
    [
      'gzipped CSV by its bytes',
      gzipSync('a,b\n1,2\n'),
      'application/octet-stream',
      { path: '/x.csv.gz' },
      ['download.csv.gz'],
    ],
    ['NDJSON', '{"a":1}\n{"a":2}\n', 'application/x-ndjson', {}, ['download.ndjson']],
    ['Parquet by its bytes', 'PAR1....PAR1', 'application/octet-stream', {}, ['download.parquet']],
    ['JSON by its bytes', '[{"a":1}]', '', {}, ['rows.ndjson']],
    ['as told', '1|2\n', 'application/json', { format: 'csv' }, ['download.csv']],
  ]
  for (const [what, body, type, reading, names] of CASES)
    it(what, async () => {
      answer = (_, response) => response.writeHead(200, type ? { 'content-type': type } : {}).end(body)
      assert.deepEqual((await read(reading)).names, names)
    })

  it('objects within a row become a.b; lists stay; long whole numbers keep their digits; the only list is found', async () => {
    answer = (_, response) =>
      response
        .writeHead(200, { 'content-type': 'application/json' })
        .end(
          '{"total":1,"rows":[{"id":9007199254740993123,"user":{"name":"Ada","home":{"zip":"1"}},"tags":["x"],"e":{}}]}',
        )
    assert.equal(
      (await read()).text,
      '{"id":9007199254740993123,"user.name":"Ada","user.home.zip":"1","tags":["x"],"e":null}\n',
    )
  })

  it('the same rows give the same digest, whatever the order of their fields; other rows another', async () => {
    const digest = async (document: unknown) => {
      answer = (_, response) => json(response, document)
      return (await read()).digest
    }
    const first = await digest([{ a: 1, b: { c: 2, d: 3 } }])
    assert.equal(await digest({ rows: [{ b: { d: 3, c: 2 }, a: 1 }], at: 'later' }), first)
    assert.notEqual(await digest([{ a: 1, b: { c: 2, d: 4 } }]), first)
    assert.notEqual(await digest([{ a: '1', b: { c: 2, d: 3 } }]), first)
  })

  it('a web page, broken JSON and several lists are said in words', async () => {
    answer = (_, response) => response.writeHead(200, { 'content-type': 'text/html' }).end('<!doctype html><p>Sign in')
    assert.match(await refused(read()), /web page, not data/)
    answer = (_, response) => response.writeHead(200, { 'content-type': 'application/json' }).end('[{"a":1},')
    assert.match(await refused(read()), /not JSON: it begins with “\[\{"a":1\},”/)
    answer = (_, response) => json(response, { a: [{ x: 1 }], b: [{ x: 2 }] })
    assert.match(await refused(read()), /several lists: a, b/)
    assert.match(await refused(read({ items: 'c.d' })), /nothing at “c.d”. It has a, b/)
  })
})

describe('servers that refuse', () => {
  it('429 and 503 are asked again as Retry-After says', async () => {
    let count = 0
    answer = (_, response) => {
      count++
      if (count <= 2) return response.writeHead(count === 1 ? 429 : 503, { 'retry-after': '0' }).end()
      json(response, ROWS)
    }
    assert.equal(rowsOf((await read()).text).length, 25)
    assert.match(lines.join('\n'), /answered 429; retrying in 0 s/)
    answer = (_, response) => response.writeHead(429, { 'retry-after': '3600' }).end('come back tomorrow')
    assert.match(await refused(read()), /answered 429 Too Many Requests: come back tomorrow/)
  })

  it('status and the start of what it said, never the secret it was sent', async () => {
    answer = (request, response) =>
      response
        .writeHead(403)
        .end(`bad key ${request.headers.authorization} for ${request.headers.authorization?.slice(7)}`)
    const words = await refused(
      read({}, { path: '/rows?key=querysecret', secrets: { Authorization: 'Bearer hunter22hunter22' } }),
    )
    assert.match(words, /answered 403 Forbidden: bad key … for … Check the headers/)
    assert.doesNotMatch(words + lines.join(), /hunter22|querysecret/)
  })

  it('headers that cannot be sent are refused by name', async () => {
    assert.match(await refused(read({}, { secrets: { 'a b': 'x' } })), /“a b” cannot be the name/)
    const words = await refused(read({}, { secrets: { 'X-Key': 'hunter22\r\nX-Other: 1' } }))
    assert.match(words, /X-Key has characters/)
    assert.doesNotMatch(words, /hunter22/)
    assert.equal(asked.length, 0)
  })

  it('the test button says what is there', async () => {
    const test = (secrets: Secrets = {}) =>
      urlAdapter.test(
        { ...urlReading.parse({ kind: 'url' }), url: `${origin}/rows` },
        secrets,
        policy,
        new AbortController().signal,
      )
    answer = (request, response) =>
      request.headers['x-key'] === 'k' ? json(response, ROWS) : response.writeHead(401).end()
    assert.equal(await test({ 'X-Key': 'k' }), `${origin}/rows answered 200 OK with application/json.`)
    assert.match(await refused(test()), /answered 401 Unauthorized/)
  })
})
