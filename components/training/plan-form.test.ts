import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { type LaunchOptions, launchInput } from '#server/training/contract.ts'
import { fieldsOf } from '../ui/schema-form/read-fields.ts'
import { cleanValues, initialValues } from '../ui/schema-form/values.ts'
import { AUTOML, AUTOML_MINUTES, advancedSummary, launchOf, type Plan, planHints, planSchema } from './plan-form.ts'

const options = {
  dataset: 'homes',
  version: 1,
  task: 'binary',
  taskReason: '',
  split: 'stratified',
  splitReason: '',
  metrics: [{ id: 'roc_auc', label: 'ROC AUC', direction: 'maximize', default: true }],
  trainers: [{ id: 'linear', label: 'Linear', description: '', settings: 3 }],
  automl: { label: 'AutoML', description: '' },
  classes: [],
  positive: null,
  columns: [{ name: 'area', type: 'number', role: 'feature', used: true, warning: null }],
} satisfies LaunchOptions
const data = { data: 'homes@1', target: 'sold' }

/** The plan after these inputs were changed. */
function plan(typed: Record<string, unknown> = {}): Plan {
  const fields = fieldsOf(planSchema, planHints(options, { trainers: [], mode: 'runs' }, []))
  const blank = initialValues(fields, { task: options.task, metric: 'roc_auc' })
  return planSchema.parse(cleanValues(fields, { ...blank, ...typed }))
}

describe('the plan of an experiment', () => {
  it('without changes launches all presets with the defaults of the server', () => {
    const launch = launchOf(plan(), data)
    assert.deepEqual(JSON.parse(JSON.stringify(launch)), {
      ...data,
      task: 'binary',
      metric: 'roc_auc',
      ignore: [],
      seed: 0,
    })
    launchInput.parse(launch)
  })

  it('gives AutoML its time and no number of runs', () => {
    const launch = launchOf(plan({ mode: AUTOML, trials: 7 }), data)
    assert.deepEqual([launch.trainers, launch.trials, launch.minutes], [[AUTOML], undefined, AUTOML_MINUTES])
  })

  it('sends costs only for a threshold by cost', () => {
    assert.deepEqual(launchOf(plan({ threshold: 'cost', miss: 9 }), data).threshold, { falseAlarm: 1, miss: 9 })
    assert.equal(launchOf(plan({ threshold: 'f1', miss: 9 }), data).threshold, 'f1')
    assert.equal(launchOf({ ...plan({ threshold: 'f1' }), task: 'regression' }, data).threshold, undefined)
  })

  it('lists what differs from the defaults', () => {
    assert.equal(advancedSummary(options, plan()), 'all trainers · stratified split')
    assert.equal(
      advancedSummary(
        options,
        plan({ trainers: ['linear'], ignore: ['area'], classWeights: 'balanced', seed: 3, name: 'x' }),
      ),
      'linear · stratified split · without area · balanced class weights · seed 3 · name x',
    )
  })

  it('offers the splits that the columns allow', () => {
    const split = planHints(options, { trainers: [], mode: 'runs' }, []).split
    assert.deepEqual(split?.enum, ['random', 'stratified'])
  })
})
