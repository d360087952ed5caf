import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { isActive, isTerminal, readState, WORK_STATES } from './contract.ts'

describe('states of work', () => {
  it('are either active or terminal', () => {
    for (const state of WORK_STATES) assert.notEqual(isActive(state), isTerminal(state), state)
    for (const state of [undefined, null, 'absent']) assert.ok(!isActive(state) && !isTerminal(state))
  })
  it('accept the word of earlier versions', () => {
    assert.equal(readState('done'), 'succeeded')
    assert.equal(readState('failed'), 'failed')
  })
})
