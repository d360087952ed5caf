import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { cellsOf } from './cells.ts'
import { type ActivityEvent, describeEvents } from './describe-event.ts'
import type { HomeData } from './home-data.ts'
import { needsOf, standingSentence } from './standing.ts'

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
  primary: true,
  servers: { current: 1, alive: 1 },
  ratePerSecond: 12,
  p50Ms: 0.62,
  p99Ms: 2.13,
  errorShare: 0,
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
  checking: false,
}
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
