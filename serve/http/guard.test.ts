import assert from 'node:assert/strict'
import { request } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { after, before, describe, it } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import type { FastifyInstance } from 'fastify'
import type { Db } from '#db/client.ts'
import type { HostNames } from '#server/adapters/check-host.ts'
import { createLogger } from '#server/kernel/log.ts'
import type { Spool } from '../log/spool.ts'
import type { ModelPool } from '../models/model-pool.ts'
import type { RouteTable } from '../router/route-table.ts'
import { createHttpServer } from './http-server.ts'
import { TokenBook } from './token-book.ts'

const open = async (names: Partial<HostNames>): Promise<FastifyInstance> => {
  const app = createHttpServer({
    db: {} as Db,
    names: {
      HOST: '127.0.0.1',
      FLEXIML_URL: 'https://ml.example.org',
      NEXTAUTH_URL: 'https://ml.example.org',
      FLEXIML_HOSTS: ['serve', 'inference.example.org'],
      ...names,
    },
    routes: { all: [], find: () => undefined } as unknown as RouteTable,
    pool: {} as unknown as ModelPool,
    tokens: new TokenBook('k'.repeat(32), async () => undefined),
    spool: { length: 0 } as unknown as Spool,
    log: createLogger('test', 'fatal'),
    isReady: () => true,
    isDatabaseUp: () => true,
  })
  await app.listen({ port: 0, host: '127.0.0.1' })
  return app
}
const portOf = (app: FastifyInstance) => (app.server.address() as AddressInfo).port

interface Answer {
  status: number
  headers: Record<string, unknown>
}
const ask = (app: FastifyInstance, path: string, headers: Record<string, string> = {}, method = 'GET') =>
  new Promise<Answer>((resolve, reject) => {
    const sent = request({ host: '127.0.0.1', port: portOf(app), path, headers, method }, res => {
      resolve({ status: res.statusCode!, headers: res.headers })
      sent.destroy()
    })
    sent.on('error', reject)
    sent.end()
  })

let own: FastifyInstance
let everywhere: FastifyInstance
before(async () => {
  own = await open({})
  everywhere = await open({ HOST: '0.0.0.0' })
})
after(async () => {
  for (const app of [own, everywhere]) {
    app.server.closeAllConnections()
    await app.close()
  }
})

const paths = ['/a/endpoints/b/predict', '/a/endpoints/b', '/nothing', '/']

describe('the inference server', () => {
  it('answers to its own names only', async () => {
    for (const host of ['evil.example', 'evil.example:3001', 'localhost.evil.example', '10.1.2.3', 'ml.example.org.'])
      for (const path of ['/metrics', ...paths]) {
        assert.equal((await ask(own, path, { host })).status, 400, `${host} ${path}`)
      }
    for (const host of [
      '127.0.0.1',
      'localhost:1',
      '[::1]:3001',
      'ml.example.org',
      'SERVE:3001',
      'inference.example.org',
    ]) {
      assert.notEqual((await ask(own, '/nothing', { host })).status, 400, host)
    }
  })

  it('answers in a container to any address, but to no unknown name', async () => {
    for (const host of ['10.1.2.3', '10.1.2.3:3001', '[fd00::1]:3001'])
      assert.equal((await ask(everywhere, '/nothing', { host })).status, 404, host)
    for (const path of ['/metrics', ...paths])
      assert.equal((await ask(everywhere, path, { host: 'evil.example' })).status, 400, path)
  })

  it('answers probes by any name', async () => {
    for (const path of ['/healthz', '/readyz'])
      assert.equal((await ask(own, path, { host: 'evil.example' })).status, 200, path)
  })

  it('sends nosniff and CORP with every response', async () => {
    for (const path of ['/healthz', '/%ff', '/metrics', ...paths]) {
      const { headers } = await ask(own, path)
      assert.equal(headers['x-content-type-options'], 'nosniff', path)
      if (path !== '/%ff') assert.equal(headers['cross-origin-resource-policy'], 'same-origin', path)
    }
    const refused = await ask(own, '/metrics', { host: 'evil.example' })
    assert.equal(refused.headers['x-content-type-options'], 'nosniff')
  })

  it('refuses to switch to another protocol and closes the connection', async () => {
    for (const path of ['/healthz', ...paths]) {
      const { status, headers } = await ask(own, path, { connection: 'upgrade', upgrade: 'websocket' })
      assert.deepEqual([status, headers.connection], [400, 'close'], path)
    }
    assert.equal((await ask(own, '/healthz', { connection: 'Upgrade', upgrade: 'h2c' })).status, 200)
  })

  it('closes a connection whose body goes on after the response', async () => {
    for (const line of ['GET /healthz', 'POST /a/endpoints/b/predict', 'POST /nothing']) {
      const socket = connect(portOf(own), '127.0.0.1')
      let closed = false
      socket.on('error', () => undefined).once('close', () => (closed = true))
      socket.resume()
      socket.write(`${line} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 100000\r\n\r\n`)
      const timer = setInterval(() => socket.writable && socket.write('x'), 100)
      for (let i = 0; i < 120 && !closed; i++) await sleep(100)
      clearInterval(timer)
      socket.destroy()
      assert.ok(closed, line)
    }
  })
})
