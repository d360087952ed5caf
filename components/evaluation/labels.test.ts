import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { compareWithValidation, evaluationSentence, metricOrder } from './labels.ts'

const at = (value: number, half: number) => ({ value, low: value - half, high: value + half })
const done = (here: number, there: number, half = 1) => ({
  state: 'succeeded' as const,
  reason: null,
  metric: 'rmse',
  rows: 1200,
  measured: at(here, half),
  validation: at(there, half),
  intervals: { rmse: at(here, half) },
  validationIntervals: { rmse: at(there, half) },
})

describe('an evaluation compareWithValidation the validation rows', () => {
  it('overlapping intervals are within chance, others better or worse', () => {
    assert.match(evaluationSentence(done(45.5, 45)), /RMSE 45.* on 1,200 rows: not significantly different from the 45/)
    assert.match(evaluationSentence(done(80, 45)), /significantly worse than the 45/)
    assert.match(evaluationSentence(done(20, 45)), /significantly better/)
  })

  it('of a score more is better', () => {
    const scores = { intervals: { r2: at(0.9, 0.01) }, validationIntervals: { r2: at(0.5, 0.01) } }
    assert.equal(compareWithValidation(scores, 'r2').verdict, 'better')
    assert.equal(compareWithValidation({ ...scores, validationIntervals: {} }, 'r2').verdict, 'unknown')
  })

  it('says what it waits for', () =>
    assert.match(evaluationSentence({ ...done(1, 1), state: 'queued' }), /Waiting for a free worker/))

  it('its own metric comes first', () =>
    assert.deepEqual(metricOrder({ metric: 'r2', intervals: { rmse: at(1, 1), mae: at(1, 1), r2: at(1, 1) } }), [
      'r2',
      'rmse',
      'mae',
    ]))
})
