import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { DatasetSummary } from '#server/data/contract.ts'
import type { EvaluationSummary } from '#server/evaluation/contract.ts'
import type { ExperimentSummary } from '#server/training/contract.ts'
import { cellsOf } from './cells.ts'
import { type ActivityEvent, describeEvents } from './describe-event.ts'
import type { HomeData } from './home-data.ts'
import { isComplete, needsOf, standingSentence } from './standing.ts'

const EMPTY: HomeData = {
  datasets: [],
  ingestions: [],
  experiments: [],
  evaluations: [],
  models: [],
  endpoints: [],
  monitors: [],
  activeJobs: [],
  failedJobs: [],
  schedules: [],
}
const MODEL = {
  model: 'demand',
  description: '',
  latestVersion: 2,
  champion: 1,
  metrics: {},
  createdAt: '2026-01-01T00:00:00.000Z',
  updatedAt: '2026-01-01T00:00:00.000Z',
}
const ENDPOINT = {
  id: '0190f000-0000-7000-8000-000000000002',
  endpoint: 'live',
  model: 'demand',
  version: 1,
  revision: 1,
  targets: [],
  policy: 'lenient' as const,
  models: [],
  primary: true,
  servers: { current: 1, alive: 1 },
  ratePerSecond: 12,
  p50Ms: 0.62,
  p99Ms: 2.13,
  errorShare: 0,
  rolledBackFrom: null,
  updatedAt: '2026-01-01T00:00:00.000Z',
}
const MONITOR = {
  endpoint: 'live',
  model: 'demand',
  version: 1,
  verdict: 'warn' as const,
  sentence: 'Humidity shifted.',
  checkedAt: '2026-01-01T00:00:00.000Z',
  problem: null,
  drifted: 1,
  columns: 12,
  judged: 12,
  checking: false,
}
const DATASET = {
  dataset: 'hr',
  version: 2,
  rows: 870,
  columns: 31,
  digest: 'd',
  bytes: 1,
  warnings: [],
  createdAt: '2026-01-02T00:00:00.000Z',
  profileState: 'succeeded',
  checks: { state: 'checked', total: 80, failing: 0, blocking: 0 },
  leaks: { state: 'checked', found: 0 },
} satisfies DatasetSummary
const EXPERIMENT = {
  experiment: 'first',
  number: 1,
  dataset: 'hr',
  version: 1,
  target: 'left',
  task: 'binary',
  metric: 'roc_auc',
  direction: 'maximize',
  positive: null,
  runs: {
    queued: 0,
    running: 0,
    waiting: 0,
    succeeded: 3,
    failed: 0,
    cancelled: 0,
    skipped: 0,
  } as ExperimentSummary['runs'],
  best: { run: 'a', name: 'gbdt-1', trainer: 'gbdt', value: 0.859 },
  createdAt: '2026-01-01T00:00:00.000Z',
} satisfies ExperimentSummary
const EVALUATION = {
  ...{
    id: 'e',
    run: 'a',
    runName: 'gbdt-1',
    experiment: 'first',
    dataset: 'hr',
    version: 1,
    state: 'succeeded' as const,
  },
  ...{ reason: null, metric: 'roc_auc', measured: { value: 0.8754, low: 0.85, high: 0.9 }, validation: null },
  ...{
    rows: 870,
    seenInTraining: true,
    rowsSeen: null,
    direction: 'maximize' as const,
    createdAt: '2026-01-03T00:00:00.000Z',
    endedAt: null,
  },
} satisfies EvaluationSummary
const cell = (data: HomeData, word: string) => cellsOf(data).find(c => c.word === word)!

describe('home', () => {
  it('an empty project says what comes first in every cell', () => {
    assert.deepEqual(
      cellsOf(EMPTY).map(c => c.value),
      ['no data yet', 'no experiments', 'no evaluations', 'no models', 'no endpoints', 'no monitors', 'no jobs'],
    )
    assert.match(standingSentence(EMPTY), /Upload a table/)
    assert.deepEqual(needsOf(EMPTY), [])
  })

  it('cells wait while their list is read', () => {
    assert.ok(cellsOf({}).every(c => c.value === '…'))
    assert.deepEqual(
      [isComplete({}), isComplete({ ...EMPTY, monitors: undefined }), isComplete(EMPTY)],
      [false, false, true],
    )
    assert.equal(standingSentence({}), ' ')
  })

  it('a serving project tells rate, latency, verdict and what is newer than the champion', () => {
    const data = { ...EMPTY, models: [MODEL], endpoints: [ENDPOINT], monitors: [MONITOR] }
    assert.deepEqual(cell(data, 'serving').value, '12 req/s')
    assert.equal(cell(data, 'serving').detail, 'p50 0.62 ms, p99 2.1 ms')
    assert.equal(cell(data, 'monitoring').value, 'drift in 1 of 12')
    assert.equal(standingSentence(data), 'Endpoint live serves demand v1. Humidity shifted.')
    assert.deepEqual(
      needsOf(data).map(n => n.title),
      ['live', 'demand v2'],
    )
  })

  it('an endpoint without a server comes first', () => {
    const data = {
      ...EMPTY,
      models: [MODEL],
      endpoints: [{ ...ENDPOINT, servers: { current: 0, alive: 0 } }],
      monitors: [MONITOR],
    }
    assert.equal(needsOf(data)[0]?.label, 'no server')
    assert.match(standingSentence(data), /do not respond/)
  })

  it('failing checks are counted in the cell and in what needs action', () => {
    const failing = { ...DATASET, checks: { state: 'checked' as const, total: 80, failing: 2, blocking: 0 } }
    const data = { ...EMPTY, datasets: [{ ...DATASET, dataset: 'other', createdAt: '2026-02-01' }, failing] }
    assert.deepEqual(cell(data, 'data').badge, { state: 'warn', label: '2 of 80 checks fail' })
    assert.deepEqual(
      needsOf(data).map(n => [n.title, n.state, n.detail]),
      [['hr v2', 'warn', '2 of 80 checks fail.']],
    )
  })

  it('nothing checked is no all-clear', () => {
    const badge = (checks: DatasetSummary['checks']) =>
      cell({ ...EMPTY, datasets: [{ ...DATASET, checks }] }, 'data').badge
    const none = { total: 0, failing: 0, blocking: 0 }
    assert.deepEqual(badge({ state: 'none', ...none }), { state: 'unknown', label: 'no checks' })
    assert.deepEqual(badge({ state: 'unchecked', ...none, total: 3 }), { state: 'unknown', label: 'not checked yet' })
    assert.deepEqual(badge({ state: 'failed', ...none, total: 3 }), { state: 'failed', label: 'check failed' })
    assert.deepEqual(badge({ state: 'checked', ...none, total: 3 }), { state: 'ok', label: '3 checks pass' })
    const monitor = (more: object) => cell({ ...EMPTY, monitors: [{ ...MONITOR, drifted: 0, ...more }] }, 'monitoring')
    const unsure = {
      verdict: 'unknown',
      sentence: 'Only 3 rows were predicted so far; at least 30 are needed to judge.',
    }
    assert.equal(monitor(unsure).value, 'not enough data')
    assert.match(monitor(unsure).detail, /Only 3 rows/)
    assert.equal(monitor({ ...unsure, checkedAt: null, sentence: 'Not checked yet.' }).value, 'not checked yet')
    assert.equal(monitor({ ...unsure, problem: 'gone' }).value, 'check failed')
    assert.equal(monitor({ verdict: 'ok' }).value, 'no drift in 12 columns')
    assert.equal(monitor({ verdict: 'ok', judged: 0 }).value, 'OK')
    assert.equal(monitor({ verdict: 'alert' }).value, 'alert')
    assert.match(
      standingSentence({ ...EMPTY, endpoints: [ENDPOINT], monitors: [{ ...MONITOR, ...unsure, verdict: 'unknown' }] }),
      /Only 3 rows were predicted/,
    )
  })

  it('a model that predicts one class only is no headline', () => {
    const blind = { ...EXPERIMENT, best: { ...EXPERIMENT.best, name: 'blind', value: 0.99, predictsOneClass: true } }
    const data = { ...EMPTY, experiments: [blind, EXPERIMENT] }
    assert.equal(cell(data, 'training').detail, 'best ROC AUC 0.859 on hr v1')
  })

  it('best is the best of all experiments on the same rows, and names the rows', () => {
    const newer = {
      ...EXPERIMENT,
      ...{ experiment: 'second', createdAt: '2026-02-01T00:00:00.000Z' },
      best: { ...EXPERIMENT.best, name: 'linear-1', value: 0.7803 },
    }
    const data = { ...EMPTY, datasets: [DATASET], experiments: [newer, EXPERIMENT] }
    assert.equal(cell(data, 'training').detail, 'best ROC AUC 0.859 on hr v1')
    assert.match(standingSentence(data), /^gbdt-1 of first is best on hr v1 with ROC AUC 0\.859/)
    const other = { ...newer, version: 2 }
    assert.equal(cell({ ...data, experiments: [other, EXPERIMENT] }, 'training').detail, 'best ROC AUC 0.7803 on hr v2')
  })

  it('a value on rows that the model was trained on is no headline', () => {
    assert.deepEqual(
      [cell({ ...EMPTY, evaluations: [EVALUATION] }, 'evaluation')].map(c => [c.value, c.detail]),
      [['no new rows', 'evaluated on training data only']],
    )
    const honest = { ...EVALUATION, version: 2, seenInTraining: false, createdAt: '2026-01-02T00:00:00.000Z' }
    const shown = cell({ ...EMPTY, evaluations: [EVALUATION, honest] }, 'evaluation')
    assert.deepEqual([shown.value, shown.detail], ['0.88 ± 0.03', 'ROC AUC on hr v2'])
  })

  it('a version that was rolled back does not ask for a decision again', () => {
    const data = { ...EMPTY, models: [MODEL], endpoints: [{ ...ENDPOINT, rolledBackFrom: 2 }] }
    assert.deepEqual(needsOf(data), [])
    assert.equal(cell(data, 'registry').badge, undefined)
    assert.equal(needsOf({ ...data, models: [{ ...MODEL, latestVersion: 3 }] }).length, 1)
  })

  it('a leak check says found only when it found something', () => {
    const words = (payload: Record<string, unknown>) =>
      describeEvents('p', [
        {
          ...{ seq: 1, at: '2026-01-01T00:00:00.000Z', type: 'data.leaks-found', subjectKind: 'dataset-version' },
          ...{
            subjectId: '0190f000-0000-7000-8000-000000000002',
            actorKind: 'system',
            actorName: null,
            reason: null,
            payload,
          },
        },
      ])[0]!.parts.join('')
    assert.equal(words({ findings: 0, blocking: 0 }), 'leak check finished, none found')
    assert.equal(words({ findings: 2, blocking: 1 }), 'leak check: 2 findings')
    assert.equal(words({ findings: 0, blocking: 0, judged: false }), 'leak check: not enough data')
  })

  it('runs of one experiment that succeeded share a line; an event without a description shows its name', () => {
    const event = (seq: number, type: string, payload: Record<string, unknown>): ActivityEvent => ({
      seq,
      at: '2026-01-01T00:00:00.000Z',
      type,
      subjectKind: type === 'training.run-failed' ? 'run' : 'experiment',
      subjectId: '0190f000-0000-7000-8000-000000000002',
      actorKind: 'system',
      actorName: null,
      reason: null,
      payload,
    })
    const lines = describeEvents('bikes', [
      event(5, 'training.run-done', { experiment: 'e', run: '#3', metric: 'rmse', value: 2 }),
      event(4, 'training.run-done', { experiment: 'e', run: '#2', metric: 'rmse', value: 3 }),
      event(3, 'training.run-done', { experiment: 'other', run: '#1', metric: 'rmse', value: 41.23 }),
      event(2, 'data.ingestion-started', { dataset: 'd' }),
      event(1, 'training.run-forgotten', {}),
      event(0, 'training.run-failed', { run: '#9' }),
    ])
    const words = lines.map(l => l.parts.map(p => (typeof p === 'string' ? p : p.strong)).join(''))
    assert.deepEqual(words, [
      '2 runs of e succeeded',
      '#1 of other succeeded: RMSE 41.23',
      'run forgotten',
      'run #9 failed',
    ])
    assert.equal(lines[0]?.href, '/p/bikes/training/experiments/e')
    assert.equal(lines[2]?.href, undefined, 'the name of the subject is not known')
    assert.equal(lines[3]?.href, '/p/bikes/training/runs/0190f000000070008000000000000002', 'by the subject registry')
  })
})
