import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { RunSummary } from '#server/training/contract.ts'
import { bestOfTrainers, intervalScale, sortRuns, upgradeRunFilter } from './filter-runs.ts'

const run = (number: number, trainer: string, value: number | null, changes: Partial<RunSummary> = {}): RunSummary => ({
  run: String(number),
  id: String(number),
  experiment: 'e',
  number,
  name: `quick fox ${number}`,
  status: value === null ? 'running' : 'succeeded',
  reasonCode: null,
  reason: null,
  trainer,
  params: trainer === 'linear' ? { alpha: 0.01 } : {},
  metrics: {},
  measured: value === null ? null : { value, low: value - 1, high: value + 1 },
  tied: false,
  versusBest: null,
  positive: null,
  classWarnings: [],
  best: false,
  seed: 0,
  digest: null,
  createdAt: '2026-01-01T00:00:00.000Z',
  startedAt: null,
  endedAt: null,
  paramLabels: {},
  trainMs: null,
  progress: null,
  ...changes,
})
const runs = [run(1, 'baseline', 100), run(2, 'linear', 40), run(3, 'mlp', null), run(4, 'mlp', 39)]
const numbers = (list: RunSummary[]) => list.map(r => r.number)

describe('old addresses of filtered runs', () => {
  it('keep their filters, with today’s state names', () => {
    assert.equal(
      upgradeRunFilter({ find: 'linear 0.01', trainer: 'mlp,ridge', state: 'done', chosen: 'a,b' }),
      'chosen=a%2Cb&q=linear+0.01&filter=trainer%3Amlp%7Cridge%2Cstate%3Asucceeded',
    )
  })
  it('today’s addresses stay as they are', () => {
    assert.equal(upgradeRunFilter({ q: 'linear', filter: 'state:failed', sort: 'run' }), null)
  })
})

describe('sorting runs', () => {
  it('the best comes first whichever way the metric points', () => {
    assert.deepEqual(numbers(sortRuns(runs, 'measured', false, 'minimize')), [4, 2, 1, 3])
    assert.deepEqual(numbers(sortRuns(runs, 'measured', false, 'maximize')), [1, 2, 4, 3])
  })
  it('what is not measured stays last when reversed', () => {
    assert.deepEqual(numbers(sortRuns(runs, 'measured', true, 'minimize')), [1, 2, 4, 3])
  })
})

describe('the scale of intervals', () => {
  it('is logarithmic when one run is far off', () => {
    assert.equal(intervalScale(runs).log, true)
    assert.equal(intervalScale([run(1, 'a', 40), run(2, 'a', 42)]).log, false)
    assert.equal(intervalScale([run(1, 'a', -5), run(2, 'a', 40)]).log, false)
  })
})

describe('the best of each trainer', () => {
  it('has one measured run per trainer, best first', () => {
    assert.deepEqual(numbers(bestOfTrainers([...runs, run(5, 'mlp', 45)], 'minimize')), [4, 2, 1])
    assert.deepEqual(numbers(bestOfTrainers([...runs, run(5, 'mlp', 45)], 'maximize')), [1, 5, 2])
  })
})
