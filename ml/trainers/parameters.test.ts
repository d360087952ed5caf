import assert from 'node:assert/strict'
import test from 'node:test'
import { automl, listTrainers, type Parameters } from '../node.ts'
import { applicableParameters, labelSpecialValues, resolveParameters } from './parameters.ts'
import type { ParameterDescriptor } from './types.ts'

const all = [...listTrainers(), automl]
const descriptorsOf = (id: string): ParameterDescriptor[] => all.find(t => t.id === id)!.parameters
const shown = (id: string, task: 'regression' | 'binary' | null, given: Parameters = {}) => {
  const descriptors = descriptorsOf(id)
  return Object.keys(applicableParameters(descriptors, task, resolveParameters(descriptors, given)))
}

test('parameters without an effect on the task are left out', () => {
  const binary = shown('gbdt', 'binary')
  for (const name of ['objective', 'quantile', 'huberShare']) assert.ok(!binary.includes(name), name)
  assert.ok(shown('gbdt', 'regression').includes('objective'))
  assert.ok(!shown('gbdt', 'regression').includes('quantile'))
  assert.ok(shown('gbdt', 'regression', { objective: 'quantile' }).includes('quantile'))
  assert.ok(!shown('linear', 'binary').includes('loss'))
  assert.deepEqual(shown('baseline', 'binary'), [])
  assert.ok(!shown('mlp', 'binary').includes('momentum'))
  assert.ok(shown('mlp', 'binary', { optimiser: 'sgd' }).includes('momentum'))
})

test('what is left out comes back as its default: the model is the same', () => {
  for (const { parameters } of all)
    for (const task of ['regression', 'binary', 'multiclass'] as const) {
      const whole = resolveParameters(parameters, {})
      assert.deepEqual(resolveParameters(parameters, applicableParameters(parameters, task, whole)), whole)
    }
})

test('parameters that nobody describes stay', () => {
  assert.deepEqual(applicableParameters(descriptorsOf('gbdt'), 'binary', { mine: 1, quantile: 0.5 }), { mine: 1 })
})

test('a value that means something else than an amount has a label', () => {
  const labels = Object.fromEntries(
    all.map(t => [t.id, labelSpecialValues(t.parameters, resolveParameters(t.parameters, {}))]),
  )
  assert.deepEqual(labels, {
    baseline: {},
    linear: {},
    gbdt: { maxDepth: 'unlimited', increasing: 'none', decreasing: 'none' },
    'random-forest': { maxDepth: 'unlimited', columnSample: 'auto' },
    'extra-trees': { maxDepth: 'unlimited', columnSample: 'auto' },
    mlp: { batchSize: 'auto' },
    automl: { trials: 'unlimited' },
  })
})

test('a help text that gives 0 a meaning has a label for it', () => {
  for (const { id, parameters } of all)
    for (const p of parameters)
      if (/(^|[.;] ?)0( for|:| never| chooses)/.test(p.help))
        assert.ok(
          p.special?.some(s => s.value === 0),
          `${id}: ${p.name}`,
        )
})
