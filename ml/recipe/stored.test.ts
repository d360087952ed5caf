import assert from 'node:assert/strict'
import test from 'node:test'
import { EngineError } from '../errors.ts'
import { compileRecipe } from './compile.ts'
import { describeStep } from './steps/registry.ts'
import type { FittedRecipe } from './types.ts'

/** A fitted recipe as the first engine wrote it, with every step there was: bundles hold such ones for good. */
const STORED: FittedRecipe = {
  v: 1,
  inputs: [
    { name: 'price', type: 'number' },
    { name: 'area', type: 'number' },
    { name: 'colour', type: 'category', vocabulary: ['red', 'green', 'none'] },
    { name: 'size', type: 'category', vocabulary: ['m', 'l'] },
    { name: 'member', type: 'boolean', words: ['No', 'Yes'] },
    { name: 'when', type: 'datetime' },
    { name: 'seen', type: 'datetime' },
    { name: 'note', type: 'text' },
  ],
  steps: [
    { step: 'drop', column: 'note' },
    { step: 'clip', column: 'price', low: 0, high: 100 },
    { step: 'interaction', column: 'price', other: 'area', operation: 'divide', name: 'per' },
    { step: 'impute', column: 'price', value: 10, indicator: 'price_missing' },
    { step: 'impute', column: 'area', value: 2 },
    { step: 'impute', column: 'member', value: 1, indicator: 'member_missing' },
    { step: 'impute', column: 'colour', value: 2 },
    { step: 'power', column: 'area', method: 'log1p' },
    { step: 'power', column: 'price', method: 'yeo-johnson', lambda: 0.5 },
    { step: 'scale', column: 'price', mean: 4, deviation: 2 },
    { step: 'date-parts', column: 'when', parts: ['hour', 'month'], elapsedFrom: 1735689600000 },
    { step: 'date-parts', column: 'seen', parts: ['weekday'], as: 'number', elapsedFrom: 1735689600000 },
    { step: 'one-hot', column: 'colour', levels: ['red', 'green', 'none'], other: true, missing: false },
    { step: 'ordinal', column: 'size', levels: 2 },
  ],
  outputs: [],
}

test('a stored recipe that makes no sense is refused, not run', () => {
  const inputs: FittedRecipe['inputs'] = [{ name: 't', type: 'text' }]
  const steps = [
    { step: 'hashing', column: 't', buckets: 1e12 },
    { step: 'hashing', column: 'other', buckets: 2 },
    { step: 'shell', column: 't' },
    { step: 'constructor', column: 't' },
    { step: 'expression', column: 'x', formula: 'alert(1)' },
  ] as FittedRecipe['steps']
  for (const step of steps) {
    assert.throws(() => compileRecipe({ v: 1, inputs, steps: [step], outputs: [] }), EngineError, JSON.stringify(step))
  }
  assert.throws(() => compileRecipe({ ...STORED, v: 2 as 1 }), { code: 'recipe-version' })
})

test('a recipe stored by the first engine gives the numbers it gave then', () => {
  const compiled = compileRecipe(STORED)
  const row = (values: object) => {
    const out = new Float64Array(compiled.cols)
    compiled.transformRow(values, out)
    return Object.fromEntries(compiled.names.map((name, c) => [name, out[c]]))
  }
  const root = (x: number) => ((x + 1) ** 0.5 - 1) / 0.5
  assert.deepEqual(
    row({
      price: 120,
      area: 4,
      colour: 'mauve',
      size: 'l',
      member: 'No',
      when: '2025-01-02T06:00',
      seen: '2025-01-03',
    }),
    {
      price: (root(100) - 4) / 2,
      area: Math.log1p(4),
      size: 1,
      member: 0,
      per: 25,
      price_missing: 0,
      member_missing: 0,
      when_hour_sin: 1,
      when_hour_cos: Math.cos(Math.PI / 2),
      when_month_sin: 0,
      when_month_cos: 1,
      when_elapsed_days: 1.25,
      seen_weekday: 5 / 7,
      seen_elapsed_days: 2,
      'colour=red': 0,
      'colour=green': 0,
      'colour=none': 0,
      'colour=(other)': 1,
    },
  )
  assert.deepEqual(row({ size: 'xxl' }), {
    price: (root(10) - 4) / 2,
    area: Math.log1p(2),
    size: Number.NaN,
    member: 1,
    per: Number.NaN,
    price_missing: 1,
    member_missing: 1,
    when_hour_sin: 0,
    when_hour_cos: 0,
    when_month_sin: 0,
    when_month_cos: 0,
    when_elapsed_days: 0,
    seen_weekday: Number.NaN,
    seen_elapsed_days: Number.NaN,
    'colour=red': 0,
    'colour=green': 0,
    'colour=none': 1,
    'colour=(other)': 0,
  })
  assert.deepEqual(compiled.levels[compiled.names.indexOf('size')], 2)
  for (const step of STORED.steps) assert.match(describeStep(step), /\.$/)
})
