import assert from 'node:assert/strict'
import test from 'node:test'
import fc from 'fast-check'
import { EngineError } from '../errors.ts'
import { type ColumnSpec, frameFromRows } from '../frame/builder.ts'
import { frameSpecs } from '../schema.ts'
import { SHOP, shopRows } from '../testing.ts'
import { autoRecipe } from './auto.ts'
import { compileRecipe } from './compile.ts'
import { completeRecipe } from './complete.ts'
import { cyclePosition } from './date-parts.ts'
import { fitRecipe } from './fit.ts'
import { explainStep } from './steps/registry.ts'
import type { FittedRecipe, Recipe, RecipeStep } from './types.ts'

const SPECS: ColumnSpec[] = [
  { name: 'n', type: 'number' },
  { name: 'c', type: 'category' },
  { name: 'b', type: 'boolean' },
  { name: 'd', type: 'datetime' },
]
const recipeOf = (...steps: RecipeStep[]): Recipe => ({
  v: 1,
  inputs: SPECS.map(({ name, type }) => ({ name, type })),
  steps,
})
const only = (name: string, ...steps: RecipeStep[]) =>
  recipeOf({ step: 'drop', columns: SPECS.map(spec => spec.name).filter(each => each !== name) }, ...steps)

const rows = [
  { n: 1, c: 'a', b: true, d: '2025-01-01T00:00' },
  { n: 2, c: 'a', b: true, d: '2025-01-01T06:00' },
  { n: null, c: null, b: null, d: null },
  { n: 9, c: 'b', b: false, d: '2025-07-01T12:00' },
]
const frame = frameFromRows(SPECS, rows)
const all = [0, 1, 2, 3]
const transform = (recipe: Recipe, train: number[] = all) =>
  compileRecipe(fitRecipe(recipe, frame, train)).transform(frame)

test('impute learns from the training rows only and can say what was missing', () => {
  const impute = (strategy: 'mean' | 'median' | 'mode', train?: number[]) =>
    transform(only('n', { step: 'impute', columns: ['n'], strategy, indicator: true }), train)
  assert.deepEqual([...impute('mean').data], [1, 0, 2, 0, 4, 1, 9, 0])
  assert.deepEqual([...impute('median').data], [1, 0, 2, 0, 2, 1, 9, 0])
  assert.deepEqual([...impute('mean', [0, 1]).data], [1, 2, 1.5, 9], 'no indicator without missing training cells')
  assert.deepEqual(
    [...transform(only('n', { step: 'impute', columns: ['n'], strategy: 'constant', value: -1 })).data],
    [1, 2, -1, 9],
  )
  assert.deepEqual([...transform(only('b', { step: 'impute', columns: ['b'], strategy: 'mode' })).data], [1, 1, 1, 0])
})

test('scale gives mean 0 and deviation 1, and leaves constants finite', () => {
  const scaled = transform(only('n', { step: 'scale', columns: ['n'], method: 'standard' }), [0, 1, 3])
  const present = [0, 1, 3].map(row => scaled.data[row]!)
  assert.ok(Math.abs(present.reduce((sum, value) => sum + value, 0)) < 1e-12)
  assert.ok(Math.abs(present.reduce((sum, value) => sum + value ** 2, 0) / 3 - 1) < 1e-12)
  const constant = transform(only('n', { step: 'scale', columns: ['n'], method: 'standard' }), [0])
  assert.equal(constant.data[0], 0)
  assert.ok(Number.isFinite(constant.data[3]!))
})

test('one-hot has a place for missing and, when training met rare levels, for unseen ones', () => {
  const plain = transform(only('c', { step: 'one-hot', columns: ['c'] }))
  assert.deepEqual(plain.names, ['c=a', 'c=b', 'c=(missing)'])
  assert.deepEqual([...plain.data], [1, 0, 0, 1, 0, 0, 0, 0, 1, 0, 1, 0])
  const few = fitRecipe(only('c', { step: 'one-hot', columns: ['c'], maxCategories: 1 }), frame, all)
  const compiled = compileRecipe(few)
  assert.deepEqual(compiled.names, ['c=a', 'c=(other)', 'c=(missing)'])
  const out = new Float64Array(3)
  compiled.transformRow({ c: 'never seen' }, out)
  assert.deepEqual([...out], [0, 1, 0])
  const filled = transform(
    only(
      'c',
      { step: 'impute', columns: ['c'], strategy: 'constant', value: 'none' },
      { step: 'one-hot', columns: ['c'] },
    ),
  )
  assert.deepEqual(filled.names, ['c=a', 'c=b', 'c=none'])
})

test('rare levels of a large table share a bucket', () => {
  const many = frameFromRows(
    SPECS,
    Array.from({ length: 100 }, (_, i) => ({ c: i === 0 ? 'rare' : i % 2 ? 'x' : 'y' })),
  )
  const fitted = fitRecipe(only('c', { step: 'one-hot', columns: ['c'] }), many, [...Array(100).keys()])
  assert.deepEqual(fitted.outputs, ['c=x', 'c=y', 'c=(other)'])
})

test('date parts go round: 23:00 lies next to 00:00', () => {
  const ms = Date.UTC(2026, 2, 1, 18)
  assert.equal(cyclePosition('hour', ms), 0.75)
  assert.equal(cyclePosition('weekday', ms), 0)
  assert.equal(cyclePosition('month', ms), 2 / 12)
  assert.equal(cyclePosition('day-of-year', ms), 59 / 365)
  fc.assert(
    fc.property(fc.date({ min: new Date(-1e12), max: new Date(1e13), noInvalidDate: true }), date => {
      assert.equal(cyclePosition('weekday', date.getTime()), date.getUTCDay() / 7)
      assert.equal(cyclePosition('month', date.getTime()), date.getUTCMonth() / 12)
    }),
  )
  const parts = transform(only('d', { step: 'date-parts', columns: ['d'], parts: ['hour'], elapsedDays: true }))
  assert.deepEqual(parts.names, ['d_hour_sin', 'd_hour_cos', 'd_elapsed_days'])
  assert.deepEqual([...parts.data.subarray(6, 9)], [0, 0, 0], 'a missing time is neutral')
  assert.equal(parts.data[5], 0.25)
  const days = transform(only('d', { step: 'date-parts', columns: ['d'], parts: ['hour', 'month'] }), [0, 1])
  assert.deepEqual(days.names, ['d_hour_sin', 'd_hour_cos'], 'parts that never vary are left out')
})

test('a recipe that cannot work is refused in words', () => {
  const code = (recipe: Recipe) => {
    try {
      fitRecipe(recipe, frame, all)
    } catch (error) {
      assert.ok(error instanceof EngineError && error.message.length > 20)
      return error.code
    }
    return 'accepted'
  }
  assert.equal(code(recipeOf({ step: 'drop', columns: ['zzz'] })), 'recipe-column')
  assert.equal(code(recipeOf()), 'recipe-not-numeric')
  assert.equal(code(only('c', { step: 'scale', columns: ['c'], method: 'standard' })), 'recipe-step-type')
  assert.equal(code(only('c', { step: 'impute', columns: ['c'], strategy: 'mean' })), 'recipe-step-type')
  assert.equal(code(only('n', { step: 'one-hot', columns: ['n'] })), 'recipe-step-type')
  assert.equal(code(recipeOf({ step: 'drop', columns: ['n', 'c', 'b', 'd'] })), 'recipe-empty')
  assert.throws(() => fitRecipe(only('n'), frame, []), /no training rows/)
})

test('the automatic recipe uses times, leaves out text, and is plain JSON when fitted', () => {
  const shop = frameFromRows(frameSpecs(SHOP), shopRows(300))
  const fitted = fitRecipe(autoRecipe({ columns: SHOP.columns.filter(column => column.role !== 'target') }), shop, [
    ...Array(300).keys(),
  ])
  assert.deepEqual(JSON.parse(JSON.stringify(fitted)), fitted)
  for (const name of ['price', 'price_missing', 'colour=red', 'colour=(other)', 'when_hour_sin', 'member_missing']) {
    assert.ok(fitted.outputs.includes(name), name)
  }
  assert.ok(!fitted.outputs.some(name => name.startsWith('note')))
  assert.ok(compileRecipe(fitted).transform(shop).data.every(Number.isFinite))
})

test('one row gives the same numbers as the batch, bit for bit', () => {
  const training = frameFromRows(frameSpecs(SHOP), shopRows(300))
  const schema = { columns: SHOP.columns.filter(column => column.role !== 'target') }
  const recipe = autoRecipe(schema)
  const withTrend: Recipe = {
    ...recipe,
    steps: recipe.steps.map(step => (step.step === 'date-parts' ? { ...step, elapsedDays: true } : step)),
  }
  const fitted = JSON.parse(JSON.stringify(fitRecipe(withTrend, training, [...Array(200).keys()]))) as FittedRecipe
  const compiled = compileRecipe(fitted)
  const row = fc.record(
    {
      when: fc.oneof(
        fc.constant(null),
        fc.date({ min: new Date(-1e12), max: new Date(1e13), noInvalidDate: true }).map(date => date.toISOString()),
      ),
      price: fc.oneof(fc.constant(null), fc.double({ noNaN: true, noDefaultInfinity: true })),
      items: fc.integer(),
      colour: fc.oneof(fc.constantFrom('red', 'green', 'blue', 'mauve', null), fc.string()),
      member: fc.constantFrom(true, false, null, 'Yes', 'No', 0, 1),
    },
    { requiredKeys: [] },
  )
  fc.assert(
    fc.property(fc.array(row, { minLength: 1, maxLength: 20 }), items => {
      const batch = compiled.transform(frameFromRows(frameSpecs(SHOP), items))
      const out = new Float64Array(compiled.cols)
      for (const [i, item] of items.entries()) {
        compiled.transformRow(item, out)
        assert.deepEqual(
          new BigUint64Array(out.buffer.slice(0)),
          new BigUint64Array(Float64Array.from(batch.data.subarray(i * compiled.cols, (i + 1) * compiled.cols)).buffer),
        )
      }
    }),
    { numRuns: 200 },
  )
})

test('scale knows the robust and the min-max way', () => {
  const by = (method: 'robust' | 'min-max') => [
    ...transform(only('n', { step: 'scale', columns: ['n'], method }), [0, 1, 3]).data,
  ]
  // Quartiles of 1, 2, 9 are 1.5 and 5.5 (type 7). The third row is missing: without such rows in training it is the median.
  assert.deepEqual(by('robust'), [-0.25, 0, 0, 1.75])
  assert.deepEqual(by('min-max'), [0, 0.125, 0.125, 1])
})

test('clip keeps cells between quantiles of the training rows, and missing ones missing', () => {
  const clipped = transform(only('n', { step: 'clip', columns: ['n'], lower: 0, upper: 0.5 }))
  assert.deepEqual([...clipped.data], [1, 2, Number.NaN, 2])
})

test('a missing cell is the median or most frequent value where training had none, and stays missing where it had', () => {
  const complete = fitRecipe(recipeOf({ step: 'drop', columns: ['c', 'd'] }), frame, [0, 1, 3])
  assert.deepEqual(
    complete.inputs.map(({ name, fallback }) => [name, fallback]),
    [
      ['n', 2],
      ['b', 1],
    ],
  )
  assert.deepEqual([...compileRecipe(complete).transform(frame).data], [1, 1, 2, 1, 2, 1, 9, 0])
  const out = new Float64Array(2)
  compileRecipe(complete).transformRow({ n: null }, out)
  assert.deepEqual([...out], [2, 1])
  assert.deepEqual([...transform(only('n')).data], [1, 2, Number.NaN, 9])
  const levels = fitRecipe(only('c', { step: 'ordinal', columns: ['c'] }), frame, [0, 1, 3])
  assert.equal(levels.inputs[0]!.fallback, 'a')
  assert.deepEqual([...compileRecipe(levels).transform(frame).data], [0, 0, 0, 1])
  const day = fitRecipe(only('d', { step: 'date-parts', columns: ['d'] }), frame, [0, 1, 3])
  assert.equal(day.inputs[0]!.fallback, Date.UTC(2025, 0, 1, 6))
})

test('a step that imputes decides about missing cells', () => {
  const given = only('n', { step: 'impute', columns: ['n'], strategy: 'constant', value: -1 })
  const fitted = fitRecipe(given, frame, [0, 1, 3])
  assert.equal(fitted.inputs[0]!.fallback, undefined)
  assert.deepEqual([...compileRecipe(fitted).transform(frame).data], [1, 2, -1, 9])
})

test('interaction makes one feature of two; a ratio to zero is 0', () => {
  const zero = frameFromRows(SPECS, [
    { n: 4, c: 'a', b: true, d: null },
    { n: 4, c: 'a', b: false, d: null },
  ])
  const recipe = recipeOf(
    { step: 'drop', columns: ['c', 'd'] },
    { step: 'interaction', columns: ['n', 'b'], operation: 'divide', name: 'per' },
  )
  const made = compileRecipe(fitRecipe(recipe, zero, [0, 1])).transform(zero)
  assert.deepEqual(made.names, ['n', 'b', 'per'])
  assert.deepEqual([...made.data], [4, 1, 4, 4, 0, 0])
  assert.throws(
    () => fitRecipe(recipeOf({ step: 'interaction', columns: ['n', 'c'], operation: 'add' }), zero, [0]),
    EngineError,
  )
})

test('yeo-johnson finds the power that scipy.stats.yeojohnson finds', () => {
  // scipy 1.17.1: yeojohnson([1, 2, 3, 5, 8, 13, 21, 34, 55, 89]) → lambda and first cell
  const numbers = [1, 2, 3, 5, 8, 13, 21, 34, 55, 89]
  const table = frameFromRows(
    SPECS,
    numbers.map(n => ({ n })),
  )
  const fitted = fitRecipe(
    only('n', { step: 'power', columns: ['n'], method: 'yeo-johnson' }),
    table,
    numbers.map((_, i) => i),
  )
  const power = fitted.steps.find(step => step.step === 'power')
  assert.ok(power && 'lambda' in power && Math.abs(power.lambda - -0.07690178931770003) < 1e-5)
  assert.ok(Math.abs(compileRecipe(fitted).transform(table).data[0]! - 0.6749972492686164) < 1e-5)
})

test('a recipe that leaves columns open is completed to numbers, whatever its steps', () => {
  const columns = SPECS.map(({ name, type }) => ({
    name,
    type: type as 'number' | 'category' | 'boolean' | 'datetime',
    role: 'feature' as const,
    nullable: true,
  }))
  const given: RecipeStep[][] = [
    [],
    [{ step: 'drop', columns: ['c'] }],
    [{ step: 'impute', columns: ['n'], strategy: 'constant', value: 0 }],
    [{ step: 'interaction', columns: ['n', 'b'], operation: 'multiply' }],
    [
      { step: 'power', columns: ['n'], method: 'log1p' },
      { step: 'scale', columns: ['n'], method: 'robust' },
    ],
    [{ step: 'one-hot', columns: ['c'], maxCategories: 1 }],
  ]
  for (const steps of given) {
    const made = compileRecipe(fitRecipe(completeRecipe(steps, columns), frame, all)).transform(frame)
    assert.ok([...made.data].every(Number.isFinite), JSON.stringify(steps))
    for (const step of steps) assert.match(explainStep(step), /\.$/)
  }
  assert.throws(
    () => fitRecipe(completeRecipe([{ step: 'drop', columns: ['gone'] }], columns), frame, all),
    EngineError,
  )
})
