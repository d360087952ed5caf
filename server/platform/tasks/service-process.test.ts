import assert from 'node:assert/strict'
import { after, describe, it } from 'node:test'
import { AppError } from '#server/kernel/errors.ts'
import type { ServiceDefinition, ServiceLimits } from './define-service.ts'
import { ServiceEnded } from './service-failure.ts'
import { type ServiceProcess, startService } from './service-process.ts'
import { TaskCrash, TaskFailure } from './task-failure.ts'

/** A service in words: `{do: 'echo' | 'spin' | 'hog' | 'throw'}`. */
const CODE = `
export const open = async input => {
  if (input.spin) for (;;);
  const held = []
  return {
    ready: process.pid,
    async answer(call) {
      if (call.do === 'spin') for (const end = Date.now() + call.ms; Date.now() < end; );
      if (call.do === 'hog') for (;;) held.push(new Uint8Array(64 * 2 ** 20).fill(1))
      if (call.do === 'throw') throw Object.assign(new Error('does not fit'), { code: 'x', hint: 'change it' })
      return call
    },
  }
}`
type Call = { do: string; ms?: number }
const definition: ServiceDefinition<{ spin?: boolean }, number, Call, Call> = {
  name: 'model',
  module: new URL(`data:text/javascript,${encodeURIComponent(CODE)}`),
  function: 'open',
  heapMb: 256,
  nice: 5,
  memoryHint: 'Use a smaller model.',
}
const LIMITS: ServiceLimits = { memoryMb: 400, startMs: 10_000, callMs: 1_000 }

const started: ServiceProcess<Call, Call>[] = []
async function start(limits: Partial<ServiceLimits> = {}, input = {}) {
  const service = await startService(definition, input, { ...LIMITS, ...limits })
  started.push(service.process)
  return service
}
after(() => {
  for (const process of started) process.stop()
})

const failsWith = (reasonCode: string, words: RegExp) => (error: unknown) =>
  error instanceof TaskFailure && error.reasonCode === reasonCode && words.test(error.message)

function isGone(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return false
  } catch {
    return true
  }
}

describe('a service process', () => {
  it('answers call after call in one process, in order; a refusal in words does not end it', async () => {
    const { process, ready } = await start()
    assert.equal(ready, process.pid)
    const calls = Array.from({ length: 20 }, (_, ms) => ({ do: 'echo', ms }))
    assert.deepEqual(await Promise.all(calls.map(call => process.call(call))), calls)
    await assert.rejects(
      process.call({ do: 'throw' }),
      (error: unknown) => error instanceof AppError && error.code === 'invalid' && error.hint === 'change it',
    )
    assert.equal(process.alive, true)
    assert.ok(process.residentBytes > 10 * 2 ** 20)
  })

  it('a call beyond its deadline ends the process; those that wait may be sent to another', async () => {
    const { process, ready } = await start({ callMs: 300 })
    const later = new Promise(resolve => setTimeout(resolve, 150)).then(() => process.call({ do: 'echo' }))
    const [slow, next] = await Promise.allSettled([process.call({ do: 'spin', ms: 60_000 }), later])
    assert.ok(slow.status === 'rejected' && failsWith('deadline_exceeded', /within 0.3 s/)(slow.reason))
    assert.ok(next.status === 'rejected' && next.reason instanceof ServiceEnded)
    await process.gone
    assert.equal(isGone(ready), true)
    await assert.rejects(process.call({ do: 'echo' }), ServiceEnded)
  })

  it('a call that waits too long for others is refused, and the process stays', async () => {
    const { process } = await start({ callMs: 800 })
    const slow = process.call({ do: 'spin', ms: 500 })
    const second = process.call({ do: 'spin', ms: 500 })
    const third = process.call({ do: 'echo' })
    await assert.rejects(third, { code: 'unavailable', message: /busy/ })
    await Promise.all([slow, second])
    assert.deepEqual(await process.call({ do: 'echo' }), { do: 'echo' })
  })

  it('memory beyond the limit ends the process within its limit and a little', async () => {
    const { process } = await start({ callMs: 20_000 })
    await assert.rejects(process.call({ do: 'hog' }), failsWith('out_of_memory', /limit (of|is) 400 MB/))
    await process.gone
    assert.ok(process.peakBytes < 2 * 2 ** 30, `${process.peakBytes}`)
    assert.equal(process.residentBytes, 0)
  })

  it('a start without end is cut off; a killed process is a crash', async () => {
    await assert.rejects(start({ startMs: 700 }, { spin: true }), failsWith('start_timeout', /0.7 s/))
    const { process: victim } = await start()
    process.kill(victim.pid!, 'SIGKILL')
    assert.ok((await victim.gone) instanceof TaskCrash)
    await assert.rejects(victim.call({ do: 'echo' }), ServiceEnded)
  })
})
