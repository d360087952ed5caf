import assert from 'node:assert/strict'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after, before, describe, it } from 'node:test'
import { gzipSync } from 'node:zlib'
import { AppError } from '#server/kernel/errors.ts'
import { allowedAddresses, guardedFetch, isOutgoingRefusal, type OutgoingPolicy, openSocket } from './index.ts'

const policy = (names: Record<string, string[] | string[][]> = {}, privateNetworks: string[] = []): OutgoingPolicy => ({
  privateNetworks,
  async resolve(host) {
    const answer = names[host]
    if (!answer) throw Object.assign(new Error(`no ${host}`), { code: 'ENOTFOUND' })
    // A list of lists is a name that changes: each question gets the next answer, the last one for ever.
    if (!Array.isArray(answer[0])) return answer as string[]
    return (answer.length > 1 ? answer.shift() : answer[0]) as string[]
  },
})

const refused = async (work: Promise<unknown>) => {
  const error = await work.then(
    () => assert.fail('it was let through'),
    e => e,
  )
  assert.ok(error instanceof AppError, String(error))
  return error
}

describe('which addresses are the public internet', () => {
  const INNER = [
    '0.0.0.0',
    '10.1.2.3',
    '100.64.0.1',
    '100.127.255.255',
    '127.0.0.1',
    '127.255.255.254',
    '169.254.169.254',
    '172.16.0.1',
    '172.31.255.255',
    '192.0.0.192',
    '192.168.1.1',
    '198.18.0.1',
    '224.0.0.1',
    '240.0.0.1',
    '255.255.255.255',
    // Spellings of 127.0.0.1, 10.0.0.1 and 169.254.169.254.
    '2130706433',
    '0x7f000001',
    '0x7f.1',
    '0177.0.0.1',
    '017700000001',
    '127.1',
    '127.0.1',
    '127.0.0.1.',
    '0x7F.0.0.1',
    '0xa9fea9fe',
    '2852039166',
    '169.254.43518',
    '0251.0376.0251.0376',
    '10.1',
    '１２７.0.0.1',
    '127。0。0。1',
    '①②⑦.0.0.1',
    '::1',
    '[::1]',
    '0:0:0:0:0:0:0:1',
    '::',
    '::ffff:127.0.0.1',
    '[::ffff:7f00:1]',
    '::ffff:a00:1',
    '0:0:0:0:0:ffff:127.0.0.1',
    '::127.0.0.1',
    '64:ff9b::7f00:1',
    '64:ff9b::10.0.0.1',
    '64:ff9b:1::1',
    '2002:7f00:1::',
    '2002:a9fe:a9fe::1',
    '2001:0:4136:e378:8000:63bf:3fff:fdd2',
    'fe80::1',
    'fc00::1',
    'fd00:ec2::254',
    'ff02::1',
    'fec0::1',
    '2001:db8::1',
    '100::1',
  ]
  for (const host of INNER)
    it(`${host} is refused by name of the variable`, async () => {
      // Some of these are names for a resolver that follows inet_aton; they must never get to one.
      const error = await refused(allowedAddresses(policy({}), host))
      assert.ok(isOutgoingRefusal(error), error.message)
      assert.match(error.hint ?? '', /FLEXIML_PRIVATE_NETWORKS/)
    })

  for (const host of [
    '8.8.8.8',
    '134744072',
    '2606:4700:4700::1111',
    '::ffff:8.8.8.8',
    '64:ff9b::808:808',
    '172.32.0.1',
    '100.128.0.1',
    '11.0.0.1',
  ])
    it(`${host} is public`, async () => assert.equal((await allowedAddresses(policy({}), host)).length, 1))

  for (const host of [
    '',
    'a b',
    'fe80::1%eth0',
    'host/path',
    'user@host',
    '/var/run/postgresql',
    'host?x',
    '1.2.3.4.5',
    '256.1.1.1',
  ])
    it(`“${host}” is no host`, async () =>
      assert.equal((await refused(allowedAddresses(policy({}), host))).code, 'invalid'))

  it('a name is as good as its addresses; of several only public ones are used', async () => {
    const names = { inner: ['10.0.0.1'], both: ['10.0.0.1', '8.8.8.8'], mapped: ['::ffff:127.0.0.1'] }
    assert.ok(isOutgoingRefusal(await refused(allowedAddresses(policy(names), 'inner'))))
    assert.ok(isOutgoingRefusal(await refused(allowedAddresses(policy(names), 'mapped.'))))
    assert.deepEqual(await allowedAddresses(policy(names), 'both'), ['8.8.8.8'])
  })

  it('a listed network is allowed, and no other', async () => {
    const open = policy({}, ['127.0.0.0/8', 'fd00::/8'])
    assert.deepEqual(await allowedAddresses(open, '0x7f.1'), ['127.0.0.1'])
    assert.deepEqual(await allowedAddresses(open, '::ffff:127.0.0.1'), ['::ffff:7f00:1'])
    assert.deepEqual(await allowedAddresses(open, 'fd00::1'), ['fd00::1'])
    for (const host of ['10.0.0.1', '::1', 'fe80::1'])
      assert.ok(isOutgoingRefusal(await refused(allowedAddresses(open, host))))
  })
})

describe('guarded fetch and sockets', () => {
  let server: Server
  let port: number
  let other: Server
  let otherPort: number
  let answer: (request: IncomingMessage, response: ServerResponse) => void
  let otherSaw: IncomingMessage['headers'][] = []
  before(async () => {
    server = createServer((request, response) => answer(request, response))
    other = createServer((request, response) => {
      otherSaw.push(request.headers)
      response.end('other')
    })
    for (const s of [server, other]) await new Promise<void>(resolve => s.listen(0, '127.0.0.1', resolve))
    port = (server.address() as AddressInfo).port
    otherPort = (other.address() as AddressInfo).port
  })
  after(() => {
    for (const s of [server, other]) {
      s.closeAllConnections()
      s.close()
    }
  })
  const local = () => policy({ 'api.test': ['127.0.0.1'], 'other.test': ['127.0.0.1'] }, ['127.0.0.1/32'])

  it('reads from an allowed network, by name and by address', async () => {
    answer = (request, response) =>
      response.end(`${request.method} ${request.headers.host} ${request.headers['x-key']}`)
    const byName = await guardedFetch(local(), `http://api.test:${port}/`, { headers: { 'x-key': 'k' } })
    assert.equal(await byName.text(), `GET api.test:${port} k`)
    assert.equal((await guardedFetch(local(), `http://2130706433:${port}/`)).status, 200)
    ;(await openSocket(local(), { host: 'api.test', port })).destroy()
  })

  it('refuses the same without the variable, before a byte is sent', async () => {
    let asked = 0
    answer = (_, response) => {
      asked++
      response.end()
    }
    const strict = policy({ 'api.test': ['127.0.0.1'] })
    for (const host of ['api.test', '127.0.0.1', '0x7f.1', '[::ffff:127.0.0.1]'])
      assert.ok(isOutgoingRefusal(await refused(guardedFetch(strict, `http://${host}:${port}/`))), host)
    assert.ok(isOutgoingRefusal(await refused(openSocket(strict, { host: 'api.test', port }))))
    assert.equal(asked, 0)
  })

  it('a redirect to an address that is refused is refused', async () => {
    for (const target of [
      'http://[::1]/',
      'http://169.254.169.254/latest/meta-data',
      'http://inner.test/',
      '//10.0.0.1/',
    ]) {
      answer = (_, response) => response.writeHead(302, { location: target }).end()
      const open = { ...local(), resolve: async (host: string) => [host === 'inner.test' ? '10.0.0.5' : '127.0.0.1'] }
      assert.ok(isOutgoingRefusal(await refused(guardedFetch(open, `http://api.test:${port}/`))), target)
    }
    answer = (_, response) => response.writeHead(302, { location: 'file:///etc/passwd' }).end()
    assert.equal((await refused(guardedFetch(local(), `http://api.test:${port}/`))).code, 'invalid')
  })

  it('a name that changes between check and connection does not slip by', async () => {
    let asked = 0
    answer = (_, response) => {
      asked++
      response.end()
    }
    const changing = () => policy({ 'api.test': [['8.8.8.8'], ['127.0.0.1']] })
    const first = changing()
    assert.deepEqual(await allowedAddresses(first, 'api.test'), ['8.8.8.8'])
    assert.ok(isOutgoingRefusal(await refused(guardedFetch(first, `http://api.test:${port}/`))))
    const second = changing()
    await allowedAddresses(second, 'api.test')
    assert.ok(isOutgoingRefusal(await refused(openSocket(second, { host: 'api.test', port }))))
    assert.equal(asked, 0)
  })

  it('secret headers stay with their origin', async () => {
    otherSaw = []
    answer = (_, response) => response.writeHead(307, { location: `http://other.test:${otherPort}/` }).end()
    const response = await guardedFetch(local(), `http://api.test:${port}/`, {
      headers: { authorization: 'Bearer s3cret', 'X-Api-Key': 's3cret', cookie: 'a=s3cret', accept: 'text/csv' },
    })
    assert.equal(await response.text(), 'other')
    assert.equal(otherSaw[0]?.accept, 'text/csv')
    assert.doesNotMatch(JSON.stringify(otherSaw), /s3cret/)
  })

  it('redirects end', async () => {
    answer = (_, response) => response.writeHead(302, { location: '/again' }).end()
    assert.match((await refused(guardedFetch(local(), `http://api.test:${port}/`))).message, /more than 5 times/)
  })

  it('an answer above the limit ends as too large, also when it was compressed small', async () => {
    for (const compressed of [false, true]) {
      answer = (_, response) =>
        compressed
          ? response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync('x'.repeat(5000)))
          : response.end('x'.repeat(5000))
      const response = await guardedFetch(local(), `http://api.test:${port}/`, { maxBytes: 4999 })
      assert.equal((await refused(response.text())).code, 'too_large')
    }
  })

  it('a server that is not there, and a name that is not known, are said in words', async () => {
    const gone = createServer()
    await new Promise<void>(resolve => gone.listen(0, '127.0.0.1', resolve))
    const free = (gone.address() as AddressInfo).port
    await new Promise(resolve => gone.close(resolve))
    const error = await refused(guardedFetch(local(), `http://api.test:${free}/`))
    assert.equal(error.code, 'unavailable')
    assert.match(error.message, /nothing listens there/)
    assert.match(
      (await refused(openSocket(local(), { host: 'api.test', port: free }))).message,
      /nothing listens there/,
    )
    assert.match(
      (await refused(guardedFetch(local(), 'http://nowhere.test/'))).message,
      /name nowhere.test cannot be resolved/,
    )
  })

  it('a stopped request stops', async () => {
    answer = () => undefined
    const stop = new AbortController()
    const asked = guardedFetch(local(), `http://api.test:${port}/`, { signal: stop.signal })
    stop.abort(new AppError('cancelled', 'Stopped.'))
    assert.equal((await refused(asked)).code, 'cancelled')
  })

  it('passwords in addresses and other protocols are not taken', async () => {
    for (const url of ['http://ada:pw@api.test/', 'ftp://api.test/', 'file:///etc/passwd', 'nonsense'])
      assert.equal((await refused(guardedFetch(local(), url))).code, 'invalid', url)
  })
})
