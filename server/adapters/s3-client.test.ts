import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server } from 'node:http'
import { after, before, beforeEach, describe, it } from 'node:test'
import type { AppError } from '#server/kernel/errors.ts'
import { openS3, type S3Fetch, type S3Options } from './s3-client.ts'

const PART_BYTES = 5 * 2 ** 20
const KEYS = { accessKeyId: 'id', secretAccessKey: 'secret' }

interface Seen {
  method: string
  path: string
  query: URLSearchParams
  headers: IncomingMessage['headers']
  bytes: number
}

/** A store of one bucket that keeps what it is sent; real servers are in blobs-s3.db.test.ts. */
describe('requests to an object store', () => {
  let server: Server
  let endpoint: string
  let seen: Seen[]
  let parts: Map<string, Buffer>
  let objects: Map<string, Buffer>
  let failPart: string | undefined
  before(async () => {
    server = createServer(async (request, response) => {
      const chunks: Buffer[] = []
      for await (const chunk of request) chunks.push(chunk)
      const body = Buffer.concat(chunks)
      const url = new URL(request.url!, endpoint)
      const { searchParams: query } = url
      const key = decodeURIComponent(url.pathname).replace(/^\/bucket\/?/, '')
      const { method = '', headers } = request
      seen.push({ method, path: url.pathname, query, headers, bytes: body.length })
      const xml = (status: number, text: string) =>
        response.writeHead(status, { 'content-type': 'application/xml' }).end(`<?xml version="1.0"?>${text}`)
      if (query.has('uploads')) return xml(200, '<R><UploadId>u1</UploadId></R>')
      if (method === 'PUT' && query.has('partNumber')) {
        const number = query.get('partNumber')!
        if (number === failPart) return xml(400, '<Error><Code>Refused</Code></Error>')
        parts.set(number, body)
        return response.writeHead(200, { etag: `"${number}"` }).end()
      }
      if (method === 'POST') {
        objects.set(key, Buffer.concat([...parts].sort((a, b) => Number(a[0]) - Number(b[0])).map(p => p[1])))
        return xml(200, '<R><ETag>"whole"</ETag></R>')
      }
      if (method === 'DELETE') return response.writeHead(204).end()
      if (method === 'PUT') {
        if (headers['if-none-match'] && objects.has(key))
          return xml(412, '<Error><Code>PreconditionFailed</Code></Error>')
        objects.set(key, body)
        return response.writeHead(200, { etag: '"e"' }).end()
      }
      const found = objects.get(key)
      if (!found)
        return method === 'HEAD' ? response.writeHead(404).end() : xml(404, '<Error><Code>NoSuchKey</Code></Error>')
      const range = /^bytes=(\d+)-(\d*)$/.exec(headers.range ?? '')
      const sent = range ? found.subarray(Number(range[1]), range[2] ? Number(range[2]) + 1 : undefined) : found
      response.writeHead(range ? 206 : 200, { 'content-length': sent.length, etag: '"e"' })
      response.end(method === 'HEAD' ? undefined : sent)
    }).listen(0, '127.0.0.1')
    await once(server, 'listening')
    endpoint = `http://127.0.0.1:${(server.address() as { port: number }).port}`
  })
  beforeEach(() => {
    seen = []
    parts = new Map()
    objects = new Map()
    failPart = undefined
  })
  after(() => {
    server.closeAllConnections()
    server.close()
  })
  const open = (options: Partial<S3Options> = {}) => openS3({ endpoint, bucket: 'bucket', keys: KEYS, ...options })
  const collect = async (source: AsyncIterable<Uint8Array>) => {
    const chunks: Uint8Array[] = []
    for await (const chunk of source) chunks.push(chunk)
    return Buffer.concat(chunks)
  }
  async function* pieces(bytes: Uint8Array) {
    for (let at = 0; at < bytes.length; at += 70_001) yield bytes.subarray(at, at + 70_001)
  }

  it('objects are put with the signed hash of their bytes, read by range, and removed', async () => {
    const s3 = open()
    await s3.put('a b/ü.csv', Buffer.from('0123456789'))
    assert.match(seen[0]!.headers.authorization ?? '', /AWS4-HMAC-SHA256 Credential=id\/.*x-amz-content-sha256/)
    assert.match(String(seen[0]!.headers['x-amz-content-sha256']), /^[0-9a-f]{64}$/)
    assert.equal(seen[0]!.path, '/bucket/a%20b/%C3%BC.csv')
    const part = await s3.get('a b/ü.csv', { from: 2, to: 4 })
    assert.deepEqual([(await collect(part.body)).toString(), part.bytes, part.etag], ['234', 3, 'e'])
    assert.equal((await s3.head('a b/ü.csv'))?.bytes, 10)
    assert.equal(await s3.head('none'), undefined)
    await assert.rejects(s3.get('none'), (e: AppError) => e.code === 'not_found' && /bucket\/none/.test(e.message))
    await assert.rejects(s3.get('a/../b'), (e: AppError) => e.code === 'invalid')
    await s3.put('a b/ü.csv', Buffer.from('other'), { ifAbsent: true })
    assert.equal(objects.get('a b/ü.csv')?.toString(), '0123456789')
    await s3.remove('a b/ü.csv')
  })

  it('a long object goes in parts; a failure of the source or the store leaves no upload', async () => {
    const bytes = Buffer.alloc(2 * PART_BYTES + 17, 7)
    const s3 = open({ retries: 0 })
    await s3.upload('whole', pieces(bytes), { partBytes: PART_BYTES })
    assert.ok(objects.get('whole')?.equals(bytes))
    assert.equal(parts.size, 3)
    async function* broken() {
      yield* pieces(bytes.subarray(0, PART_BYTES + 1))
      throw new Error('the disk is gone')
    }
    await assert.rejects(s3.upload('broken', broken(), { partBytes: PART_BYTES }), /disk is gone/)
    failPart = '2'
    await assert.rejects(s3.upload('refused', pieces(bytes), { partBytes: PART_BYTES }), /Refused/)
    assert.deepEqual([objects.has('broken'), objects.has('refused')], [false, false])
    assert.ok(seen.filter(s => s.method === 'DELETE' && s.query.get('uploadId') === 'u1').length >= 2)
    await s3.upload('short', pieces(Buffer.from('x')))
    assert.equal(objects.get('short')?.toString(), 'x')
  })

  it('without keys requests are not signed; addressing may put the bucket into the host', async () => {
    await open({ keys: undefined }).head('x')
    assert.equal(seen[0]!.headers.authorization, undefined)
    const urls: string[] = []
    const fetch: S3Fetch = async url => {
      urls.push(url)
      return new Response(null, { status: 404 })
    }
    await open({ endpoint: 'http://store.example:7070', addressing: 'virtual', fetch }).head('x')
    await open({ endpoint: undefined, region: 'eu-central-1', fetch }).head('x')
    assert.deepEqual(urls, ['http://bucket.store.example:7070/x', 'https://bucket.s3.eu-central-1.amazonaws.com/x'])
  })

  it('credentials may come from where the SDK finds them', async () => {
    process.env.AWS_ACCESS_KEY_ID = 'from-the-environment'
    process.env.AWS_SECRET_ACCESS_KEY = 'secret'
    await open({ keys: 'default' }).head('x')
    delete process.env.AWS_ACCESS_KEY_ID
    delete process.env.AWS_SECRET_ACCESS_KEY
    assert.match(seen[0]!.headers.authorization ?? '', /Credential=from-the-environment\//)
  })

  it('a passing failure is repeated, a refusal is not, and an abort ends it', async () => {
    let calls = 0
    const shaky = open({
      fetch: async (url, init) => {
        if (calls++ === 0) return new Response('<Error><Code>SlowDown</Code></Error>', { status: 503 })
        if (calls === 2) throw new TypeError('socket hang up')
        return fetch(url, init)
      },
    })
    await shaky.put('shaky', Buffer.from('there'))
    assert.equal(calls, 3)
    const forbidden = open({
      fetch: async () => new Response('<Error><Code>AccessDenied</Code></Error>', { status: 403 }),
    })
    await assert.rejects(forbidden.get('x'), (e: AppError) => e.code === 'forbidden' && /access key/.test(e.hint!))
    await assert.rejects(
      open({ endpoint: 'http://127.0.0.1:9', retries: 0 }).get('x'),
      (e: AppError) => e.code === 'unavailable' && /cannot be reached/.test(e.message),
    )
    await assert.rejects(open().get('x', { signal: AbortSignal.abort(new Error('stopped')) }), /stopped/)
  })
})
