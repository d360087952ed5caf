import assert from 'node:assert/strict'
import { createServer } from 'node:net'
import { describe, it } from 'node:test'
import { requireFreePort } from './ports.ts'

describe('a port', () => {
  it('that is taken is named with its variable and another to try', async () => {
    const server = createServer()
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
    const { port } = server.address() as { port: number }
    await assert.rejects(requireFreePort('127.0.0.1', port, 'INFERENCE_PORT', 'the inference server'), error => {
      assert.ok(error instanceof Error)
      for (const words of [`Port ${port}`, 'the inference server', 'taken', `INFERENCE_PORT=${port + 100}`])
        assert.ok(error.message.includes(words), error.message)
      return true
    })
    await new Promise(resolve => server.close(resolve))
    await requireFreePort('127.0.0.1', port, 'INFERENCE_PORT', 'the inference server')
  })

  it('of an address that is not this machine’s is refused in words', () =>
    assert.rejects(requireFreePort('203.0.113.7', 41234, 'PORT', 'the dashboard'), /HOST=203\.0\.113\.7/))
})
