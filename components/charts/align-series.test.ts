import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { alignSeries, tabulate } from './align-series.ts'
import { isInside } from './chart-props.ts'

const series = (name: string, points: [number, number | null][]) => ({
  name,
  points: points.map(([x, y]) => ({ x, y })),
})
const values = (rows: ReturnType<typeof alignSeries>) =>
  rows.map(row => [row.x, ...row.cells.map(cell => cell?.y ?? null)])

describe('several lines are read at one place', () => {
  it('between two points a value is estimated and marked so', () => {
    const rows = alignSeries([
      series('a', [
        [0, 0],
        [10, 1],
      ]),
      series('b', [[5, 7]]),
    ])
    assert.deepEqual(values(rows), [
      [0, 0, null],
      [5, 0.5, 7],
      [10, 1, null],
    ])
    assert.equal(rows[1]!.cells[0]!.between, true)
    assert.equal(rows[1]!.cells[1]!.between, undefined)
  })
  it('a gap stays a gap, also where another series has points', () => {
    const rows = alignSeries([
      series('a', [
        [0, 1],
        [2, null],
        [4, 3],
      ]),
      series('b', [
        [1, 5],
        [3, 5],
      ]),
    ])
    assert.deepEqual(values(rows), [
      [0, 1, null],
      [1, null, 5],
      [2, null, 5],
      [3, null, 5],
      [4, 3, null],
    ])
  })
  it('a vertical step keeps both of its ends', () => {
    const rows = alignSeries([
      series('roc', [
        [0, 0],
        [0, 0.6],
        [1, 1],
      ]),
      series('chance', [
        [0, 0],
        [1, 1],
      ]),
    ])
    assert.deepEqual(values(rows), [
      [0, 0, 0],
      [0, 0.6, 0],
      [1, 1, 1],
    ])
  })
})

describe('the numbers of a chart', () => {
  const axis = { label: 'step', format: String }
  it('hold what was measured and nothing estimated', () => {
    const table = tabulate(
      [
        series('a', [
          [0, 0],
          [10, 1],
        ]),
        series('b', [[5, 7]]),
      ],
      axis,
      axis,
    )
    assert.deepEqual(table, {
      head: ['step', 'a', 'b'],
      rows: [
        ['0', '0', '–'],
        ['5', '–', '7'],
        ['10', '1', '–'],
      ],
    })
  })
})

describe('a zoom keeps what lies in its range', () => {
  it('a bin that lies partly inside stays, an instant outside goes', () => {
    const range = { from: 10, to: 20 }
    assert.equal(isInside({ x: 8, from: 5, to: 11 }, range), true)
    assert.equal(isInside({ x: 9.9 }, range), false)
    assert.equal(isInside({ x: 20 }, range), true)
    assert.equal(isInside({ x: 99 }, undefined), true)
  })
})
