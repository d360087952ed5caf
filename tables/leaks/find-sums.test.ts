import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { findSums } from './find-sums.ts'

describe('columns that add up to the target', () => {
  const known = [3, 1, 4, 1, 5, 9, 2, 6, 5, 3, 5]
  const casual = known.map((v, i) => v + i)
  const registered = known.map((v, i) => v * 10 + i)
  const target = casual.map((v, i) => v + registered[i]!)
  const columns = [
    { name: 'noise', values: known.map((v, i) => v * i) },
    { name: 'casual', values: casual },
    { name: 'zero', values: known.map(() => 0) },
    { name: 'registered', values: registered },
  ]
  it('are found, and only they', () => assert.deepEqual(findSums(columns, target), [['casual', 'registered']]))
  it('also where cells are missing', () => {
    const holes = columns.map(c => ({ ...c, values: [...c.values.slice(0, 10), Number.NaN] }))
    assert.deepEqual(findSums(holes, target), [['casual', 'registered']])
  })
  it('not by a column of zeros beside a copy', () => assert.deepEqual(findSums(columns, casual), []))
  it('not from a handful of rows', () =>
    assert.deepEqual(
      findSums(
        columns.map(c => ({ ...c, values: c.values.slice(0, 5) })),
        target.slice(0, 5),
      ),
      [],
    ))
})
