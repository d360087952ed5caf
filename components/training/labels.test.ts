import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { Versus } from '#server/training/comparison/contract.ts'
import type { ExperimentDetail, RunSummary } from '#server/training/contract.ts'
import {
  comparisonSentence,
  directionOf,
  experimentSentence,
  formatDelta,
  formatMeasured,
  formatParameters,
  formatParameterValue,
  formatRunCounts,
  formatTrainTime,
  formatVersus,
  metricLabel,
  runPhases,
  runStateLabel,
  varyingSettings,
} from './labels.ts'

const run = (number: number, changes: Partial<RunSummary> = {}): RunSummary => ({
  run: String(number).padStart(32, '0'),
  id: String(number),
  experiment: 'e',
  number,
  name: `run ${number}`,
  status: 'succeeded',
  reasonCode: null,
  reason: null,
  trainer: 'linear',
  params: {},
  paramLabels: {},
  trainMs: null,
  metrics: {},
  measured: { value: 39 + number, low: 38 + number, high: 40 + number },
  tied: false,
  versusBest: null,
  positive: null,
  classWarnings: [],
  best: false,
  seed: 0,
  digest: null,
  createdAt: '2026-01-01T00:00:00.000Z',
  startedAt: '2026-01-01T00:00:00.000Z',
  endedAt: '2026-01-01T00:00:09.000Z',
  progress: null,
  ...changes,
})
const counts = (changes: Partial<ExperimentDetail['runs']> = {}) => ({
  queued: 0,
  running: 0,
  succeeded: 0,
  failed: 0,
  cancelled: 0,
  ...changes,
})

describe('numbers with intervals', () => {
  it('digits end where the interval makes them meaningless', () => {
    assert.deepEqual(formatMeasured({ value: 38.9134, low: 38.2, high: 39.6 }), { value: '38.9', half: '0.7' })
    assert.deepEqual(formatMeasured({ value: 0.91234, low: 0.9, high: 0.928 }), { value: '0.912', half: '0.014' })
    assert.deepEqual(formatMeasured({ value: 1234.56, low: 1100, high: 1370 }), { value: '1,235', half: '135' })
  })
  it('without an interval there is no ±, without a value a dash', () => {
    assert.deepEqual(formatMeasured({ value: 0.5, low: null, high: null }), { value: '0.5', half: null })
    assert.deepEqual(formatMeasured(null), { value: '–', half: null })
  })
})

describe('settings and states', () => {
  it('reads like a person would say it', () => {
    assert.equal(
      formatParameters({ params: { hidden: [128, 64], learningRate: 0.001, epochs: 40 } }),
      '128·64, lr 0.001, 40 epochs',
    )
    assert.equal(formatParameters({ params: { alpha: 0.01, l1Ratio: 0.5 } }), 'α 0.01, l1 ratio 0.5')
    assert.equal(formatParameters({ params: {} }), 'default settings')
  })
  it('special values are written as what they mean', () => {
    const params = { maxDepth: 0, batchSize: 0, alpha: 0.01 }
    const paramLabels = { maxDepth: 'unlimited', batchSize: 'auto' }
    assert.equal(formatParameterValue({ params, paramLabels }, 'maxDepth'), 'unlimited')
    assert.equal(formatParameterValue({ params, paramLabels }, 'alpha'), '0.01')
    assert.equal(formatParameterValue({ params, paramLabels }, 'gone'), '–')
    assert.equal(formatParameters({ params, paramLabels }, new Set(['maxDepth'])), 'max depth unlimited')
    assert.equal(formatParameters({ params, paramLabels }), 'α 0.01')
  })
  it('time is shown by phase: waiting and process start are no training', () => {
    const timed = run(1, { createdAt: '2025-12-31T23:59:50.000Z', trainMs: 3000 })
    const timing = { readMs: 1000, trainMs: 3000, explainMs: 2000 }
    assert.deepEqual(
      runPhases({ ...timed, timing }).map(p => [p.name, p.ms]),
      [
        ['waiting', 10_000],
        ['starting and saving', 3000],
        ['reading the data', 1000],
        ['training', 3000],
        ['explaining', 2000],
      ],
    )
    assert.deepEqual(runPhases(run(1, { startedAt: null })), [])
  })
  it('a share is written in percent', () => {
    assert.deepEqual(formatMeasured({ value: 1.44, low: 1.3, high: 1.58 }, 'mape'), { value: '144 %', half: '14 %' })
    assert.equal(formatDelta(-0.0123, { value: 0.75, low: 0.74, high: 0.76 }, 'roc_auc'), '−0.012')
    assert.equal(formatDelta(0.031, { value: 1.44 }, 'mape'), '+3.1 points')
  })
  it('leaves out what is off or alike in all; where runs differ only the differences are written', () => {
    const params = { dropout: 0, patience: 10, hidden: [32] }
    assert.equal(formatParameters({ params }), '32')
    const runs = [run(1, { params }), run(2, { params: { ...params, patience: 5 } })]
    assert.equal(formatParameters({ params }, varyingSettings(runs).get('linear')), 'patience 10')
  })
  it('a running run says how far it is', () => {
    assert.equal(runStateLabel(run(1, { status: 'running', progress: { done: 0.618 } })), 'running 62 %')
    assert.equal(runStateLabel(run(1, { status: 'failed' })), 'failed')
    assert.equal(formatTrainTime(run(1, { trainMs: 1234 })), '1.2 s')
    assert.equal(formatTrainTime(run(1)), '≤ 9.0 s', 'start to end of a run that did not record its training time')
    assert.equal(formatTrainTime(run(1, { endedAt: null })), '–')
  })
  it('counts name only what there is', () => {
    assert.equal(formatRunCounts(counts({ succeeded: 4, failed: 1 })), '4 succeeded, 1 failed')
    assert.equal(formatRunCounts(counts()), 'no run')
  })
  it('metric names are those of the field', () => {
    assert.equal(metricLabel('rmse'), 'RMSE')
    assert.equal(metricLabel('validation_rmse'), 'Validation RMSE')
    assert.equal(metricLabel('validation_loss'), 'Validation loss')
  })
})

describe('the sentence of an experiment', () => {
  const sentence = (items: RunSummary[], runs: Partial<ExperimentDetail['runs']>) =>
    experimentSentence({ metric: 'rmse', items, runs: counts(runs), status: 'succeeded' })
  it('names the best, who is tied and which of them is cheap', () => {
    const items = [
      run(1, { best: true, tied: true, trainMs: 72_000 }),
      // Waiting for a worker is no training time.
      run(2, { tied: true, trainMs: 9000, endedAt: '2026-01-01T00:09:00.000Z' }),
      run(3),
    ]
    assert.equal(
      sentence(items, { succeeded: 3, running: 1 }),
      '#1 linear is best with RMSE 40.0 ± 1.0; 1 other run is statistically tied with it; #2 trains fastest (9.0 s). 1 run is running.',
    )
  })
  it('says when nothing else comes near', () => {
    assert.equal(
      sentence([run(1, { best: true }), run(5)], { succeeded: 2 }),
      '#1 linear is best with RMSE 40.0 ± 1.0; all other runs are significantly worse.',
    )
  })
  it('says what is missing before anything is measured', () => {
    assert.equal(sentence([], {}), 'No runs.')
    assert.equal(sentence([], { queued: 2 }), 'No results yet. 2 runs are queued.')
    assert.equal(sentence([], { failed: 2 }), 'No run succeeded: 2 failed. Open a run for the reason.')
  })
})

describe('comparing', () => {
  const versus = (verdict: Versus['verdict'], code: Versus['code'] = null): Versus => ({
    verdict,
    code,
    difference: 0.9,
    differenceLow: 0.62,
    differenceHigh: 1.18,
    p: 0.01,
  })
  const sentence = (...verdicts: Versus[]) => {
    const runs = [run(1), ...verdicts.map((_, i) => run(i + 2))]
    return comparisonSentence({
      runs,
      metric: 'rmse',
      direction: 'minimize',
      best: runs[0]!.run,
      versusBest: [null, ...verdicts],
    })
  }
  it('names who is tied with the best, worse, or not comparable', () => {
    assert.equal(sentence(versus('worse')), '#1 has the best RMSE, 40.0 ± 1.0; the other runs are significantly worse.')
    assert.equal(sentence(versus('tied')), '#1 has the best RMSE, 40.0 ± 1.0; no run is significantly different.')
    assert.equal(
      sentence(versus('tied'), versus('worse'), versus('unknown', 'other_rows')),
      '#1 has the best RMSE, 40.0 ± 1.0; #2 is statistically tied with it; #4 is not comparable with it.',
    )
    assert.equal(
      sentence(versus('unknown', 'no_rows_kept')),
      '#1 has the best RMSE, 40.0 ± 1.0; #2 is not comparable with it.',
    )
  })
  it('a difference has the digits of its own interval', () =>
    assert.deepEqual(formatVersus(versus('worse'), 'rmse'), { difference: '+0.9', interval: '0.6 to 1.2' }))
  it('a delta says its sign', () => {
    assert.equal(formatDelta(-2), '−2')
    assert.equal(formatDelta(0.25), '+0.25')
    assert.equal(formatDelta(null), '')
  })
})

describe('the direction of a metric', () => {
  it('holds for the rows it was measured on too', () => {
    assert.equal(directionOf('roc_auc'), 'maximize')
    assert.equal(directionOf('validation_roc_auc'), 'maximize')
    assert.equal(directionOf('validation_rmse'), 'minimize')
    assert.equal(directionOf('train_loss'), 'minimize')
    assert.equal(directionOf('anything'), null)
  })
})
