import assert from 'node:assert/strict'
import { it } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { fastify } from 'fastify'
import { limitBodyTime } from './limit-body-time.ts'

it('a request that was injected without a connection is left alone', async () => {
  const app = fastify()
  app.addHook('onRequest', (request, _reply, done) => {
    limitBodyTime(request.raw, { timeoutMs: 20 })
    done()
  })
  app.post('/', { config: {} }, async () => 'ok')
  const failed: unknown[] = []
  const note = (error: unknown) => failed.push(error)
  process.on('uncaughtException', note)
  for (const payload of [undefined, '{"a":1}'])
    assert.ok((await app.inject({ method: 'POST', url: '/', payload })).statusCode < 500)
  await app.inject({ method: 'GET', url: '/nothing' })
  await sleep(80)
  process.off('uncaughtException', note)
  assert.deepEqual(failed, [])
  await app.close()
})
