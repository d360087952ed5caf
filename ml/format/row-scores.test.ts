import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { shareRows } from '../metrics/shared-rows.ts'
import type { Scored } from '../metrics/types.ts'
import { isMarked, keepScores, markRows, readRowScores, writeRowScores } from './row-scores.ts'

const binary = (truth: number[], positive: number[]): Scored => ({
  task: 'binary',
  classCount: 2,
  truth: Float64Array.from(truth),
  predicted: Float64Array.from(positive.flatMap(p => [1 - p, p])),
})
const count = (n: number) => Int32Array.from({ length: n }, (_, i) => i)

describe('kept scores', () => {
  it('are read back as they were written', () => {
    const kept = keepScores(binary([0, 1, 1], [0.1, 0.7, 0.9]), ['no', 'yes'], [2, 5, 9], {
      seen: Uint8Array.of(0, 1, 0),
      trained: markRows([0, 1, 3, 8], 10),
    })
    const read = readRowScores(writeRowScores(kept))
    assert.deepEqual(read, kept)
    assert.deepEqual(
      [...count(10)].filter(row => isMarked(read.trained!, row)),
      [0, 1, 3, 8],
    )
  })

  it('of many rows are the same rows for every model', () => {
    const rows = 30_000
    const scored: Scored = {
      task: 'regression',
      classCount: 0,
      truth: new Float64Array(rows),
      predicted: new Float64Array(rows),
    }
    const kept = keepScores(scored, [], count(rows))
    assert.equal(kept.rows.length, 5000)
    assert.equal(kept.measured, rows)
    const half = keepScores(
      { ...scored, truth: scored.truth.subarray(0, 15_000), predicted: scored.predicted.subarray(0, 15_000) },
      [],
      count(rows).filter(row => row % 2 === 0),
    )
    const shared = shareRows(kept, half)
    assert.ok('rows' in shared && shared.rows > 2300 && shared.rows < 2700 && !shared.isWhole)
    const same = shareRows(kept, kept)
    assert.ok('rows' in same && same.isWhole)
  })
})

describe('rows of two models', () => {
  const a = keepScores(binary([0, 1, 1], [0.1, 0.7, 0.9]), ['no', 'yes'], [2, 5, 9])
  it('are matched by their number; classes in another order by their name', () => {
    const b = keepScores(binary([1, 0, 0], [0.8, 0.4, 0.3]), ['yes', 'no'], [2, 5, 9])
    const shared = shareRows(a, b)
    assert.ok('rows' in shared && shared.isWhole)
    assert.deepEqual([...shared.other.truth], [0, 1, 1])
    assert.deepEqual(
      [...shared.other.predicted].map(p => Number(p.toFixed(3))),
      [0.8, 0.2, 0.4, 0.6, 0.3, 0.7],
    )
  })
  it('that a model was trained on are left out', () => {
    const b = keepScores(binary([0, 1, 1], [0, 1, 1]), ['no', 'yes'], [2, 5, 9], { seen: Uint8Array.of(0, 1, 0) })
    const shared = shareRows(a, b)
    assert.ok('rows' in shared)
    assert.deepEqual([shared.rows, shared.leftOut, shared.isWhole], [2, 1, false])
  })
  it('without a common row, with other classes or another truth are not compared', () => {
    const at = (rows: number[], classes = ['no', 'yes'], truth = [0, 1, 1]) =>
      shareRows(a, keepScores(binary(truth, [0, 1, 1]), classes, rows))
    assert.deepEqual(at([1, 3, 4]), { reason: 'no_common_rows' })
    assert.deepEqual(at([2, 5, 9], ['no', 'maybe']), { reason: 'other_classes' })
    assert.deepEqual(at([2, 5, 9], undefined, [1, 1, 1]), { reason: 'other_truth' })
  })
})
