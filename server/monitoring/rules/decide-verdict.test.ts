import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { ColumnDrift, WindowPerformance } from '../contract.ts'
import { verdictSentence } from '../messages.ts'
import { decideVerdict, manyFailed, type VerdictInput } from './decide-verdict.ts'

const column = (name: string, statistic = 0.03): ColumnDrift => ({
  name,
  test: 'ks',
  statistic,
  threshold: 0.1,
  pValue: statistic >= 0.1 ? 0 : 0.5,
  drifted: statistic >= 0.1,
  judged: true,
  rows: 700,
})
const month = (window: string, value: number | null, rows = 700, spread = 3): WindowPerformance => ({
  window,
  metric: 'rmse',
  value,
  baseline: 45,
  baselineLow: 43,
  baselineHigh: 47,
  rows,
  low: value === null ? null : value - spread,
  high: value === null ? null : value + spread,
})
const input = (given: Partial<VerdictInput> = {}): VerdictInput => ({
  rows: 8000,
  labelled: 0,
  columns: [column('temp'), column('humidity')],
  prediction: column('prediction'),
  latest: null,
  metric: { label: 'RMSE', direction: 'minimize' },
  performance: [],
  ...given,
})
const measured = (...performance: WindowPerformance[]) => ({ labelled: 2000, performance })

const CASES: [string, Partial<VerdictInput>, string, RegExp][] = [
  ['nothing predicted', { rows: 0 }, 'unknown', /no predictions/],
  ['one row', { rows: 1 }, 'unknown', /Only one row was .* at least 30/],
  ['few rows', { rows: 29 }, 'unknown', /Only 29 rows were .* at least 30/],
  ['no baseline', { columns: [], prediction: null }, 'unknown', /without a summary of its training rows/],
  ['all stable, no labels', {}, 'ok', /None of 2 columns .* No feedback/],
  ['one column, no labels', { columns: [column('temp', 0.2), column('wind')] }, 'warn', /^temp has drifted .*KS 0\.20/],
  ['answers, no labels', { prediction: column('p', 0.4) }, 'alert', /predictions have drifted .*KS 0\.40/],
  [
    'a column lately, no labels',
    { latest: { window: '2012-12', columns: [column('temp', 0.5)], prediction: null } },
    'warn',
    /in 2012-12 temp has drifted/,
  ],
  [
    'answers lately, no labels',
    { latest: { window: '2012-12', columns: [column('temp')], prediction: column('p', 0.3) } },
    'warn',
    /In 2012-12 the predictions differ/,
  ],
  ['error as before', measured(month('2012-01', 46)), 'ok', /RMSE is 46 in 2012-01, not clearly worse .*\(45\)/],
  ['error better', measured(month('2012-01', 20)), 'ok', /RMSE is 20/],
  [
    'error rose',
    measured(month('2012-01', 46), month('2012-02', 112)),
    'alert',
    /^Measured RMSE rose from 45 at validation to 112 in 2012-02 .*43 to 47.*1 of 2 windows/,
  ],
  ['error above, but it may be chance', measured(month('2012-01', 49, 40, 10)), 'ok', /not clearly worse/],
  ['error of too few labels', measured(month('2012-01', 112, 29)), 'ok', /2000 rows were received; a window needs 30/],
  [
    'bad, bad, good is bad still',
    measured(month('2012-01', 90), month('2012-02', 100), month('2012-03', 45)),
    'alert',
    /to 100 in 2012-02/,
  ],
  [
    'bad once and good since',
    measured(month('2012-01', 90), month('2012-02', 45), month('2012-03', 45)),
    'ok',
    /it was worse in 2012-01/,
  ],
  [
    'drift that does not hurt',
    { ...measured(month('2012-01', 46)), columns: [column('temp', 0.2), column('wind', 0.4)] },
    'warn',
    /^2 of 2 columns .* most wind \(KS 0\.40\), temp .*, but measured RMSE is 46/,
  ],
  [
    'answers drift, the error does not',
    { ...measured(month('2012-01', 46)), prediction: column('p', 0.2) },
    'warn',
    /predictions have drifted .* but measured/,
  ],
  [
    'drift that hurts',
    { ...measured(month('2012-01', 90)), columns: [column('temp', 0.2)] },
    'alert',
    /rose from 45 .* temp has drifted/,
  ],
  [
    'a worse error beside drift of the newest window',
    {
      ...measured(month('2012-01', 90)),
      latest: { window: '2012-01', columns: [column('temp', 0.3), column('wind')], prediction: null },
    },
    'alert',
    /rose from 45 .* In 2012-01 temp has drifted/,
  ],
  [
    'of a score less is worse',
    {
      labelled: 500,
      metric: { label: 'ROC AUC', direction: 'maximize' },
      performance: [{ ...month('2012-01', 0.6, 500, 0.02), baseline: 0.9, baselineLow: 0.88, baselineHigh: 0.92 }],
    },
    'alert',
    /ROC AUC fell from 0\.9 at validation to 0\.6/,
  ],
  [
    'labels, but no validation value',
    { labelled: 500, performance: [{ ...month('2012-01', 50), baseline: null }] },
    'ok',
    /no validation value of RMSE/,
  ],
]

const unjudged = (name: string): ColumnDrift => ({ ...column(name, 0.5), drifted: false, judged: false, rows: 3 })
const emptied = (name: string): ColumnDrift => ({
  ...column(name),
  test: 'missing',
  statistic: 2.7,
  threshold: 0.2,
  drifted: true,
  rows: 0,
  missing: {
    ...{ baseline: 0.04, current: 1, statistic: 2.7, threshold: 0.2, pValue: 0 },
    ...{ drifted: true, judged: true, rows: 60 },
  },
})

const UNSURE: typeof CASES = [
  [
    'an emptied column',
    { columns: [column('cat'), emptied('num')] },
    'warn',
    /^num has drifted .*missing cells 4 % → 100 %\)/,
  ],
  [
    'emptied columns beside a measured error',
    { ...measured(month('2012-01', 46)), columns: [emptied('num'), emptied('cat')] },
    'warn',
    /^2 of 2 columns .* most cat \(missing cells 4 % → 100 %\), num .*but measured RMSE is 46/,
  ],
  [
    'a column emptied in the newest window, whose labels come later',
    {
      ...measured(month('2012-01', 46)),
      latest: { window: '2012-02', columns: [emptied('num')], prediction: null },
    },
    'warn',
    /in 2012-02 num has drifted from training \(missing cells 4 % → 100 %\)\. Measured RMSE is 46/,
  ],
  [
    'no column with enough values',
    { columns: [unjudged('temp'), unjudged('wind')], prediction: null },
    'unknown',
    /^No column has 30 values both in training and in the 8000 requests/,
  ],
  [
    'predictions with enough values only',
    { columns: [unjudged('temp')] },
    'ok',
    /^The predictions have not drifted from validation; no column has enough values/,
  ],
  [
    'some columns with enough values',
    { columns: [unjudged('temp'), column('wind'), column('humidity')] },
    'ok',
    /^None of the 2 columns with enough values has drifted from training; 1 of 3 cannot be judged/,
  ],
]

const failed = { days: 30, rows: 6000, failedRows: 1216 }
const note = { name: 'note', type: 'text' }
const SAID: typeof CASES = [
  [
    'rows without a prediction are no all-clear',
    { failed },
    'warn',
    /^1,216 of 6,000 rows requested in the last 30 days \(20 %\) have no prediction\. None of 2 columns has drifted/,
  ],
  [
    'all rows without a prediction',
    { rows: 0, failed: { ...failed, rows: 1216 } },
    'warn',
    /^1,216 of 1,216 rows .*\(100 %\) have no prediction\. There are no predictions yet/,
  ],
  [
    'rows without a prediction beside drift',
    { failed, columns: [column('temp', 0.2), column('wind')] },
    'warn',
    /^temp has drifted .* 1,216 of 6,000 rows .* have no prediction\.$/,
  ],
  [
    'rows without a prediction beside a worse error',
    { ...measured(month('2012-01', 90)), failed },
    'alert',
    /^Measured RMSE rose .* have no prediction\.$/,
  ],
  [
    'a column that is not watched',
    { unwatched: [note] },
    'ok',
    /^None of 2 columns has drifted .* 1 column is not watched: note \(text\)\.$/,
  ],
  [
    'columns that are not watched, beside drift and failed rows',
    { columns: [column('temp', 0.2)], unwatched: [note, { ...note, name: 'remark' }], failed },
    'warn',
    /^temp has drifted .* 2 columns are not watched: note \(text\), remark \(text\)\. 1,216 of 6,000/,
  ],
  [
    'no column is named before a verdict on columns',
    { rows: 1, unwatched: [note] },
    'unknown',
    /are needed to judge\.$/,
  ],
]

describe('the verdict on an endpoint', () => {
  it('one percent of rows without a prediction is many', () => {
    const many = (rows: number, failedRows: number) => manyFailed({ days: 30, rows, failedRows }) !== null
    assert.deepEqual(
      [many(0, 0), many(5000, 0), many(5000, 49), many(5000, 50), many(3, 3)],
      [false, false, false, true, true],
    )
  })

  for (const [name, given, verdict, sentence] of [...CASES, ...UNSURE, ...SAID])
    it(name, () => {
      const decided = decideVerdict(input(given))
      const worded = verdictSentence(decided.code, decided.facts)
      assert.equal(decided.verdict, verdict, worded)
      assert.match(worded, sentence)
      assert.equal(
        verdictSentence(decided.code, JSON.parse(JSON.stringify(decided.facts))),
        worded,
        'facts are stored as JSON',
      )
    })

  it('has a code for each reason', () => {
    const codeOf = (given: Partial<VerdictInput>) => decideVerdict(input(given)).code
    const drifted = [column('temp', 0.2), column('wind')]
    const lately = (columns: ColumnDrift[], prediction: ColumnDrift | null) => ({
      latest: { window: '2012-12', columns, prediction },
    })
    assert.deepEqual(
      [
        codeOf({ rows: 0 }),
        codeOf({ rows: 29 }),
        codeOf({ columns: [], prediction: null }),
        codeOf(measured(month('2012-01', 90))),
        codeOf({ columns: drifted }),
        codeOf({ columns: drifted, prediction: column('p', 0.4) }),
        codeOf(lately([column('temp', 0.5)], null)),
        codeOf(lately([column('temp')], column('p', 0.3))),
        codeOf({ failed }),
        codeOf({}),
      ],
      [
        'no_predictions',
        'too_few_rows',
        'no_baseline',
        'error_worse',
        'columns_drifted',
        'predictions_drifted',
        'latest_columns_drifted',
        'latest_predictions_drifted',
        'rows_failed',
        'healthy',
      ],
    )
  })
})
