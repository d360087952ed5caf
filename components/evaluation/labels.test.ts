import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { evaluationSentence, metricOrder, seenSentence } from './labels.ts'

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

describe('an evaluation beside the validation rows', () => {
  it('has no verdict: the rows are others', () => {
    assert.equal(
      evaluationSentence(done(80, 45)),
      'RMSE 80.0 ± 1.0 on 1,200 rows; 45.0 ± 1.0 on its validation rows, which are others.',
    )
    assert.doesNotMatch(evaluationSentence(done(45.5, 45)), /signific|better|worse|tied/)
  })

  it('says how many rows the model was trained on', () => {
    assert.match(
      seenSentence({ rowsSeen: 320, rows: 800, unseen: { rows: 480, intervals: {} } }),
      /320 of these 800 rows.*480 rows are measured apart/,
    )
    assert.match(seenSentence({ rowsSeen: 0, rows: 800, unseen: null }), /none of these rows/)
    assert.match(seenSentence({ rowsSeen: null, rows: 800, unseen: null }), /not known/)
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
