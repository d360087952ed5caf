import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { withTimeLimit } from './with-time-limit.ts'

const never = new AbortController().signal
const limit = { what: 'Reading big.csv', minutes: 0.002 }

describe('the time limit of work over tables', () => {
  it('gives the answer of work that ends in time', async () => {
    assert.equal(await withTimeLimit({ ...limit, minutes: 1 }, never, async () => 7), 7)
  })

  it('says in words what took too long, whatever the stopped work throws', async () => {
    const stopped = withTimeLimit(limit, never, signal =>
      sleep(60_000, undefined, { signal }).catch(() => {
        throw new Error('socket hang up')
      }),
    )
    await assert.rejects(stopped, {
      code: 'too_large',
      reasonCode: 'time_limit',
      message: 'Reading big.csv took longer than 0.12 s and was stopped; nothing was changed.',
    })
  })

  it('an error of the work itself stays', async () => {
    await assert.rejects(
      withTimeLimit({ ...limit, minutes: 1 }, never, async () => {
        throw new Error('its own')
      }),
      /its own/,
    )
  })

  it('a cancel stays a cancel', async () => {
    const stop = new AbortController()
    const ended = withTimeLimit({ ...limit, minutes: 1 }, stop.signal, signal => sleep(60_000, undefined, { signal }))
    stop.abort(new Error('cancelled'))
    await assert.rejects(ended, { name: 'AbortError' })
  })
})
