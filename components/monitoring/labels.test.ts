import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { ColumnDrift } from '#server/monitoring/contract.ts'
import {
  driftFigure,
  driftState,
  feedbackSnippet,
  fillWindows,
  formatTimesLimit,
  listSentence,
  mapSummary,
  missingText,
  rankColumns,
  unjudgedSentence,
  verdictLabel,
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
    assert.deepEqual([0.74, 4, 12.4].map(formatTimesLimit), ['0.7', '4.0', '12'], 'figures do not saturate')
  })

  it('windows without enough rows are said once instead of drawn', () => {
    const few = { ...window('2012-01-01', [column('a', 0.5, { judged: false })]), rows: 24 }
    assert.equal(
      unjudgedSentence([few], 'day'),
      'No day has enough rows: at most 24 rows, 30 needed to judge drift. Months have more.',
    )
    assert.equal(unjudgedSentence([few, window('2012-01-02', [column('a', 0.5)])], 'day'), null)
  })

  it('the snippet names the address and no token', () => {
    assert.match(feedbackSnippet('http://h/p/endpoints/e/feedback'), /curl -sS http:\/\/h\/p\/endpoints\/e\/feedback/)
  })

  it('an all-clear needs a check that could judge', () => {
    const of = (verdict: 'ok' | 'warn' | 'alert' | 'unknown', more = {}) => ({
      endpoint: 'e',
      model: 'm',
      version: 1,
      verdict,
      sentence: '',
      checkedAt: '2026-01-01T00:00:00Z',
      problem: null,
      drifted: 0,
      columns: 3,
      judged: 3,
      checking: false,
      ...more,
    })
    const never = of('unknown', { checkedAt: null })
    const failed = of('unknown', { problem: 'no model' })
    assert.deepEqual([of('ok'), never, of('unknown'), failed].map(verdictLabel), [
      'OK',
      'Not checked yet',
      'Not enough data',
      'Check failed',
    ])
    for (const items of [[never], [failed], [of('unknown')], [of('ok'), never], [of('warn'), never], [of('alert')]])
      assert.doesNotMatch(
        listSentence(items),
        /^(All|The endpoint passed)|no drift|No drift|No alerts/,
        listSentence(items),
      )
    assert.equal(listSentence([of('ok'), of('ok')]), 'All 2 endpoints passed their last check.')
    assert.equal(listSentence([of('ok'), never]), '1 endpoint without a verdict, 1 passed the last check.')
  })

  it('missing cells are said with both shares', () => {
    const missing = {
      baseline: 0.04,
      current: 1,
      statistic: 2.7,
      threshold: 0.2,
      pValue: 0,
      drifted: true,
      judged: true,
      rows: 60,
    }
    const emptied = column('num', 2.7, { test: 'missing', threshold: 0.2, rows: 0, missing })
    assert.equal(driftState(emptied), 'drifted')
    assert.equal(driftFigure(emptied), 'missing cells 4 % → 100 %')
    assert.equal(missingText(emptied), '4 % → 100 %')
    assert.equal(missingText(column('a', 0.1)), null)
    assert.equal(missingText(column('a', 0.1, { missing: { ...missing, baseline: 0, current: 0 } })), 'none')
    assert.equal(driftFigure(column('a', 0.1, { judged: false, rows: 3 })), 'not enough data (3 values, 30 needed)')
    assert.deepEqual(rankColumns({ columns: [column('a', 0.5, { missing }), column('b', 0.6)], windows: [] }), [
      'a',
      'b',
    ])
  })
})
