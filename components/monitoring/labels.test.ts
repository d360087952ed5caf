import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { ColumnDrift } from '#server/monitoring/contract.ts'
import {
  driftState,
  feedbackSnippet,
  fillWindows,
  formatTimesLimit,
  mapSummary,
  rankColumns,
  versionMarks,
} from './labels.ts'

const column = (name: string, statistic: number, more: Partial<ColumnDrift> = {}): ColumnDrift => ({
  name,
  test: 'ks',
  statistic,
  threshold: 0.1,
  pValue: 0,
  drifted: statistic >= 0.1,
  judged: true,
  rows: 100,
  ...more,
})
const window = (name: string, columns: ColumnDrift[], versions: number[] = [1]) => ({
  window: name,
  rows: 100,
  labelled: 0,
  columns,
  prediction: null,
  versions,
})

describe('words of monitoring', () => {
  it('months and days without traffic are gaps', () => {
    assert.deepEqual(fillWindows(['2011-11', '2012-02']), ['2011-11', '2011-12', '2012-01', '2012-02'])
    assert.deepEqual(fillWindows(['2012-02-28', '2012-03-01']), ['2012-02-28', '2012-02-29', '2012-03-01'])
    assert.deepEqual(fillWindows([]), [])
  })

  it('columns come by how far they ever were', () => {
    const status = {
      columns: [column('a', 0.05), column('b', 0.2)],
      windows: [window('2012-01', [column('a', 0.5), column('b', 0.1), column('c', 9, { judged: false })])],
    }
    assert.deepEqual(rankColumns(status), ['a', 'b'])
    assert.match(mapSummary(status), /1 of 1 windows .* 2 columns drifted, a the most/)
    const few = [window('2012-01-01', [column('a', 0.5, { judged: false })])]
    assert.match(mapSummary({ ...status, windows: few }), /No day has enough rows/)
  })

  it('promotions within the windows are marked where they happened, else where a version first answered', () => {
    const windows = [window('2012-01', []), window('2012-02', [], [1, 2])]
    const filled = ['2012-01', '2012-02']
    assert.deepEqual(versionMarks(windows, filled, [{ at: '2012-02-03T00:00:00Z', label: 'v2' }]), [
      { x: 1, label: 'v2' },
    ])
    assert.deepEqual(versionMarks(windows, filled, [{ at: '2026-02-03T00:00:00Z', label: 'v2' }]), [
      { x: 0, label: 'v1' },
      { x: 1, label: 'v2' },
    ])
  })

  it('far without certainty is said to be such', () => {
    assert.equal(driftState(column('a', 0.3, { drifted: false })), 'unsure')
    assert.equal(driftState(column('a', 0.3, { judged: false })), 'unjudged')
    assert.equal(formatTimesLimit(4), '≥ 4')
  })

  it('the snippet names the address and no token', () => {
    assert.match(feedbackSnippet('http://h/p/endpoints/e/feedback'), /curl -sS http:\/\/h\/p\/endpoints\/e\/feedback/)
  })
})
