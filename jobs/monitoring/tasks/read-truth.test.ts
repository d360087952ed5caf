import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { createTruthReader } from './read-truth.ts'

const row = (prediction: unknown, actual: unknown, probabilities: number[] | null = null) => ({
  prediction,
  actual,
  probabilities,
})

describe('a label beside its prediction', () => {
  it('numbers, also as text', () => {
    const read = createTruthReader({ task: 'regression' })
    assert.deepEqual(read(row(3, '4.5')), { truth: 4.5, predicted: [3] })
    assert.equal(read(row(3, 'many')), null)
    assert.equal(read(row(null, 4)), null)
    assert.equal(read(row(3, null)), null)
  })

  it('classes by name, by number and as a truth value', () => {
    const read = createTruthReader({ task: 'binary', classes: ['false', 'true'] })
    for (const actual of [true, 'true', 'Yes']) assert.equal(read(row('true', actual, [0.2, 0.8]))?.truth, 1)
    const numbers = createTruthReader({ task: 'binary', classes: ['0', '1'] })
    for (const actual of [1, '1', '1.0', true]) assert.equal(numbers(row('1', actual, [0.2, 0.8]))?.truth, 1)
    assert.equal(numbers(row('1', 'maybe', [0.2, 0.8])), null)
  })

  it('a version that ordered its classes differently is read in its own order', () => {
    const read = createTruthReader({ task: 'multiclass', classes: ['a', 'b', 'c'] })
    assert.deepEqual(read(row('c', 'b', [0.7, 0.2, 0.1]), ['c', 'b', 'a'])?.predicted, [0.1, 0.2, 0.7])
  })

  it('without probabilities the answer itself counts', () => {
    const read = createTruthReader({ task: 'multiclass', classes: ['a', 'b', 'c'] })
    assert.deepEqual(read(row('c', 'b')), { truth: 1, predicted: [0, 0, 1] })
  })
})
