import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { WORK } from './live.ts'
import { STEPS, stepsAfter } from './progress.ts'

describe('the sample', () => {
  it('goes on after the last finished step, and never begins again when it is done', () => {
    assert.deepEqual(stepsAfter('begun'), STEPS)
    assert.deepEqual(stepsAfter('traffic'), STEPS.slice(STEPS.indexOf('traffic') + 1))
    assert.deepEqual(stepsAfter('rollback'), [])
    assert.deepEqual(stepsAfter('done'), [])
  })

  it('has work for every step', () => {
    assert.deepEqual(Object.keys(WORK).sort(), [...STEPS].sort())
  })
})
