import assert from 'node:assert/strict'
import { createHash, createHmac, createVerify, generateKeyPairSync } from 'node:crypto'
import { once } from 'node:events'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, beforeEach, describe, it } from 'node:test'
import type { OutgoingPolicy } from '#server/adapters/outgoing/index.ts'
import { AppError } from '#server/kernel/errors.ts'
import { sharedKey } from './azure-store.ts'
import { downloadObject } from './download-object.ts'
import type { ObjectStore, ObjectsSettings } from './object-store.ts'
import { openStore } from './objects-adapter.ts'

const local: OutgoingPolicy = { privateNetworks: ['127.0.0.0/8'], resolve: async () => ['127.0.0.1'] }
const signal = new AbortController().signal
const CONTENT = 'n\n1\n2\n3\n'
const md5 = createHash('md5').update(CONTENT).digest()

describe('exchanges with object stores', () => {
  let server: Server
  let endpoint: string
  let folder: string
  let seen: { method: string; url: URL; headers: IncomingMessage['headers']; body: string }[]
  let answer: (request: (typeof seen)[number], response: ServerResponse) => void
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'fleximl-exchanges-'))
    server = createServer(async (request, response) => {
      let body = ''
      for await (const piece of request) body += piece
      const told = { method: request.method!, url: new URL(request.url!, endpoint), headers: request.headers, body }
      seen.push(told)
      answer(told, response)
    })
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    endpoint = `http://127.0.0.1:${(server.address() as { port: number }).port}`
  })
  beforeEach(() => {
    seen = []
  })
  after(async () => {
    server.closeAllConnections()
    server.close()
    await rm(folder, { recursive: true, force: true })
  })
  const open = (settings: Partial<ObjectsSettings>, secrets: Record<string, string> = {}): ObjectStore =>
    openStore({
      settings: { kind: 'objects', provider: 'gcs', endpoint, bucket: 'lake', prefix: '', pattern: '*', ...settings },
      secrets,
      policy: local,
    })
  const all = async (store: ObjectStore, prefix = '') => {
    const list = []
    for await (const object of store.list(prefix, signal)) list.push(object)
    return list
  }
  const failure = async (work: Promise<unknown>): Promise<AppError> => {
    const error = await work.then(
      () => assert.fail('it was let through'),
      e => e,
    )
    assert.ok(error instanceof AppError, String(error?.stack ?? error))
    return error
  }
  const json = (response: ServerResponse, value: unknown) =>
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(value))

  describe('a Google service account', () => {
    const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
    const accountOf = () =>
      JSON.stringify({
        type: 'service_account',
        client_email: 'reader@project.example',
        private_key_id: 'key-1',
        private_key: privateKey.export({ type: 'pkcs8', format: 'pem' }),
        token_uri: `${endpoint}/token`,
      })

    it('signs for a token that may only read, asks once, and reads page by page with it', async () => {
      answer = ({ url, headers, body }, response) => {
        if (url.pathname === '/token') {
          const assertion = new URLSearchParams(body).get('assertion') ?? ''
          const [head = '', claims = '', signature = ''] = assertion.split('.')
          const genuine = createVerify('sha256').update(`${head}.${claims}`).verify(publicKey, signature, 'base64url')
          const read = (part: string) => JSON.parse(Buffer.from(part, 'base64url').toString())
          const told = read(claims)
          assert.deepEqual(read(head), { alg: 'RS256', typ: 'JWT', kid: 'key-1' })
          assert.equal(told.exp - told.iat, 3600)
          assert.partialDeepStrictEqual(told, {
            iss: 'reader@project.example',
            aud: `${endpoint}/token`,
            scope: 'https://www.googleapis.com/auth/devstorage.read_only',
          })
          return genuine ? json(response, { access_token: 't0ken', expires_in: 3600 }) : response.writeHead(401).end()
        }
        if (headers.authorization !== 'Bearer t0ken') return response.writeHead(401).end()
        if (url.searchParams.get('alt') === 'media') return response.writeHead(200, { etag: 'e' }).end(CONTENT)
        const page = url.searchParams.get('pageToken')
        return json(
          response,
          page === 'next'
            ? { items: [{ name: 'b/2 +.csv', size: '8', etag: 'e', md5Hash: md5.toString('base64') }] }
            : { items: [{ name: 'a.csv', size: '8', etag: 'e' }], nextPageToken: 'next' },
        )
      }
      const store = open({}, { serviceAccount: accountOf() })
      const list = await all(store)
      assert.deepEqual(list, [
        { key: 'a.csv', bytes: 8, etag: 'e', md5: undefined },
        { key: 'b/2 +.csv', bytes: 8, etag: 'e', md5: md5.toString('hex') },
      ])
      const digest = await downloadObject(store, list[1]!, join(folder, 'b'), signal, () => undefined)
      assert.equal(digest, createHash('sha256').update(CONTENT).digest('hex'))
      assert.equal(seen.filter(s => s.url.pathname === '/token').length, 1)
      assert.match(seen.at(-1)!.url.href, /\/storage\/v1\/b\/lake\/o\/b%2F2%20%2B\.csv\?alt=media$/)
    })

    it('a refused account and a file that is no key say so, without the key', async () => {
      answer = (_, response) =>
        response
          .writeHead(400)
          .end(JSON.stringify({ error: 'invalid_grant', error_description: 'Invalid JWT Signature.' }))
      const refused = await failure(all(open({}, { serviceAccount: accountOf() })))
      assert.match(refused.message, /a token for reader@project\.example: HTTP 400, Invalid JWT Signature/)
      for (const bad of ['{', '{"client_email":"a","private_key":"s3cret-key"}']) {
        assert.throws(
          () => open({}, bad === '{' ? { serviceAccount: bad } : { secretAccessKey: bad }),
          (e: unknown) => e instanceof AppError && /JSON key file/.test(e.message) && !e.message.includes('s3cret'),
        )
      }
    })
  })

  describe('downloads', () => {
    const object = { key: 'a.csv', bytes: CONTENT.length, etag: 'e', md5: md5.toString('hex') }
    const download = (more: Partial<typeof object> = {}) =>
      downloadObject(open({}), { ...object, ...more }, join(folder, 'a'), signal, () => undefined)

    it('a connection that breaks is taken up where it broke', async () => {
      answer = ({ headers }, response) => {
        const from = Number(/bytes=(\d+)-/.exec(headers.range ?? '')?.[1] ?? 0)
        response.writeHead(from ? 206 : 200, { etag: 'e', 'content-length': CONTENT.length - from })
        response.write(CONTENT.slice(from, from + 3), () => response.destroy())
        if (from + 3 >= CONTENT.length) response.end()
      }
      const digest = await download()
      assert.equal(digest, createHash('sha256').update(CONTENT).digest('hex'))
      assert.equal(await readFile(join(folder, 'a'), 'utf8'), CONTENT)
      assert.deepEqual(seen.map(s => s.headers.range).filter(Boolean), ['bytes=3-', 'bytes=6-'])
    })

    it('an object that changes midway is no mixture of two', async () => {
      answer = (_, response) => {
        response.writeHead(200, { etag: `e${seen.length}`, 'content-length': CONTENT.length })
        response.write(CONTENT.slice(0, 3), () => response.destroy())
      }
      assert.match((await failure(download())).message, /changed while it was read/)
    })

    it('other bytes than listed are refused: longer, damaged, packed', async () => {
      answer = (_, response) => response.writeHead(200, { etag: 'e' }).end(`${CONTENT}4\n`)
      assert.match((await failure(download())).message, /changed while it was read/)
      answer = (_, response) => response.writeHead(200, { etag: 'e' }).end(CONTENT.replace('1', '9'))
      assert.match((await failure(download())).message, /another MD5/)
      answer = (_, response) => response.writeHead(200, { etag: 'e', 'content-encoding': 'gzip' }).end('x')
      assert.match((await failure(download())).message, /Content-Encoding: gzip/)
    })

    it('a passing failure is tried again, a refusal is not', async () => {
      answer = (_, response) =>
        seen.length < 3 ? response.writeHead(503).end() : response.writeHead(200, { etag: 'e' }).end(CONTENT)
      await download()
      assert.equal(seen.length, 3)
      seen = []
      answer = (_, response) => response.writeHead(403).end('<Error><Code>AccessDenied</Code></Error>')
      assert.match(
        (await failure(download())).message,
        /does not allow this account to read gs:\/\/lake\/a\.csv: HTTP 403, AccessDenied/,
      )
      assert.equal(seen.length, 1)
    })
  })

  describe('Azure', () => {
    it('signs as the documentation of Shared Key writes it out', () => {
      const url = new URL(
        'https://acct.blob.core.windows.net/lake?comp=list&restype=container&prefix=a%20b&maxresults=5000',
      )
      const key = Buffer.from('a key').toString('base64')
      const text =
        'GET\n\n\n\n\n\n\n\n\n\n\n\nx-ms-date:Fri, 26 Jun 2015 23:39:12 GMT\nx-ms-version:2021-08-06\n/acct/lake\ncomp:list\nmaxresults:5000\nprefix:a b\nrestype:container'
      const signature = createHmac('sha256', Buffer.from(key, 'base64')).update(text).digest('base64')
      const headers = { 'x-ms-version': '2021-08-06', 'x-ms-date': 'Fri, 26 Jun 2015 23:39:12 GMT' }
      assert.equal(sharedKey('acct', key, 'GET', url, headers), `SharedKey acct:${signature}`)
    })

    it('a shared access signature goes along as it is, and into no message', async () => {
      const sas = '?sv=2022-11-02&sp=rl&sig=s3cr%2Bt%3D'
      answer = ({ url }, response) =>
        url.searchParams.get('sig') === 's3cr+t='
          ? response
              .writeHead(200)
              .end(
                '<EnumerationResults><Blobs><Blob><Name>a &amp; b.csv</Name><Properties><Content-Length>8</Content-Length><Etag>0x1</Etag></Properties></Blob></Blobs><NextMarker/></EnumerationResults>',
              )
          : response.writeHead(403).end()
      const list = await all(open({ provider: 'azure', account: 'acct' }, { sas }))
      assert.deepEqual(list, [{ key: 'a & b.csv', bytes: 8, etag: '0x1', md5: undefined }])
      assert.equal(seen[0]!.headers.authorization, undefined)
      assert.deepEqual(await all(open({ provider: 'azure', account: 'acct' }, { accountKey: sas })), list)
      answer = (_, response) => response.writeHead(403).end('<Error><Code>AuthenticationFailed</Code></Error>')
      const error = await failure(all(open({ provider: 'azure', account: 'acct' }, { sas })))
      assert.match(error.message, /AuthenticationFailed/)
      assert.doesNotMatch(`${error.message} ${error.hint} ${error.stack}`, /s3cr/)
    })

    it('an account’s name cannot become another host', () => {
      for (const account of ['evil.example/', 'a@b', '127.0.0.1:80#', ''])
        assert.throws(() => open({ provider: 'azure', account, endpoint: undefined }), AppError)
    })
  })
})
