import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { LaunchOptions } from '#server/training/contract.ts'
import { describeLeak, describePlan, leaksOf, suggestedRuns } from './describe-plan.ts'

const column = (name: string, warning: string | null = null, used = true) => ({
  name,
  type: 'number',
  role: 'feature',
  used,
  warning,
})
const sum = 'casual + registered = cnt'
const options: LaunchOptions = {
  dataset: 'bikes',
  version: 2,
  task: 'regression',
  taskReason: '',
  split: 'random',
  splitReason: '',
  metrics: [{ id: 'rmse', label: 'RMSE', direction: 'minimize', default: true }],
  trainers: [
    { id: 'baseline', label: 'Baseline', description: '', settings: 2 },
    { id: 'linear', label: 'Linear', description: '', settings: 4 },
  ],
  automl: { label: 'AutoML', description: '' },
  classes: [],
  positive: null,
  columns: [
    column('hour'),
    column('casual', sum),
    column('registered', sum),
    column('copy', 'equals cnt'),
    column('id', null, false),
  ],
}

describe('leaks before the start', () => {
  it('columns of one reason are warned about once', () => {
    assert.deepEqual(leaksOf(options, []), [
      { evidence: sum, columns: ['casual', 'registered'] },
      { evidence: 'equals cnt', columns: ['copy'] },
    ])
  })
  it('ignoring one part of a sum is enough; ignoring a copy ends its warning', () => {
    assert.deepEqual(leaksOf(options, ['casual', 'copy']), [])
  })
  it('two copies are two warnings', () => {
    const twice = { ...options, columns: [column('a', 'equals cnt'), column('b', 'equals cnt')] }
    assert.deepEqual(
      leaksOf(twice, []).map(l => l.columns),
      [['a'], ['b']],
    )
    assert.deepEqual(
      leaksOf(twice, ['a']).map(l => l.columns),
      [['b']],
    )
  })
  it('explains the consequence', () => {
    assert.match(
      describeLeak({ evidence: 'equals cnt', columns: ['copy'] }),
      /^“copy” equals cnt\. A model would copy it/,
    )
  })
})

describe('the summary of a plan', () => {
  const plan = { target: 'cnt', trainers: [], trials: null, minutes: null, metric: 'rmse', ignored: ['casual'] }
  it('names models, trainers, features and metric', () => {
    assert.equal(suggestedRuns(options, ['linear']), 4)
    assert.equal(
      describePlan(options, plan),
      'Trains 6 models with 2 trainers to predict cnt from 3 features of bikes v2, ranked by RMSE.',
    )
  })
  it('names the budget', () => {
    assert.equal(
      describePlan(options, { ...plan, trainers: ['linear'], trials: 1, minutes: 5 }),
      'Trains 1 model with 1 trainer to predict cnt from 3 features of bikes v2, ranked by RMSE. No run starts after 5 minutes.',
    )
  })
})
