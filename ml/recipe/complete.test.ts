import assert from 'node:assert/strict'
import test from 'node:test'
import { frameFromRows } from '../frame/builder.ts'
import { frameSpecs, type SchemaColumn } from '../schema.ts'
import { autoRecipe } from './auto.ts'
import { compileRecipe } from './compile.ts'
import { completeRecipe, unknownColumns } from './complete.ts'
import { fitRecipe } from './fit.ts'
import { prepareTraining } from './prepare-training.ts'

const column = (name: string, type: SchemaColumn['type'], domain?: string[]): SchemaColumn => ({
  name,
  type,
  role: 'feature',
  nullable: true,
  ...(domain ? { domain } : {}),
})
const COLUMNS = [
  column('n', 'number'),
  column('few', 'category', ['x', 'y']),
  column('many', 'category'),
  column('t', 'text'),
  { ...column('secret', 'text'), role: 'ignore' as const },
  column('key', 'id'),
]
const ROWS = 400
const rows = Array.from({ length: ROWS }, (_, i) => ({
  n: i % 9,
  few: i % 2 ? 'x' : 'y',
  many: `level ${i % 80}`,
  t: i % 3 ? 'a good day' : 'a bad night',
  secret: 'no',
  key: `k${i}`,
}))
const frame = frameFromRows(frameSpecs({ columns: COLUMNS }), rows)
const all = Int32Array.from(rows, (_, i) => i)
/** What is predicted is what the level alone tells, and noise that depends on the row. */
const noise = (i: number) => ((i * 7919) % 101) / 100
const y = Float64Array.from(rows, (_, i) => (i % 80) + noise(i))
const target = { y, task: 'regression' as const, classCount: 0, seed: 5 }
const prepare = (features: 'numeric' | 'native' | 'embedded') =>
  prepareTraining(autoRecipe({ columns: COLUMNS }, features), frame, all, target)

test('text becomes words, a category of many levels its target mean as well; ids and ignored columns stay out', () => {
  const numeric = prepare('numeric')
  assert.deepEqual(
    numeric.recipe.inputs.map(input => input.name),
    ['n', 'few', 'many', 't'],
  )
  for (const name of ['t:good', 't:bad', 'few=x', 'many_target', 'many=(other)']) {
    assert.ok(numeric.x.names.includes(name), name)
  }
  assert.equal(numeric.x.names.filter(name => name.startsWith('many=level')).length, 40)
  assert.ok(!numeric.x.names.some(name => name.startsWith('few_target')), 'two levels need no mean')
  assert.ok(numeric.x.data.every(Number.isFinite))
  const native = prepare('native')
  for (const name of ['t:good', 't_characters', 'many_target', 'many']) assert.ok(native.x.names.includes(name), name)
  assert.equal(native.x.levels?.[native.x.names.indexOf('many')], 80)
  assert.ok(!prepare('embedded').x.names.includes('many_target'), 'an embedding learns the levels itself')
})

test('target means of training rows come from other rows; those of new rows from all', () => {
  const recipe = completeRecipe([{ step: 'target-encoding', columns: ['many'], smoothing: 1 }], COLUMNS, 'native')
  const cellsOf = (values: Float64Array) => {
    const { x, recipe: fitted } = prepareTraining(recipe, frame, all, { ...target, y: values })
    const c = x.names.indexOf('many_target')
    const usual = compileRecipe(fitted).transform(frame)
    const at = usual.names.indexOf('many_target')
    return {
      trained: Array.from(all, i => x.data[i * x.cols + c]!),
      later: Array.from(all, i => usual.data[i * usual.cols + at]!),
    }
  }
  const before = cellsOf(y)
  const changed = y.slice()
  changed[123] = 1e6
  const after = cellsOf(changed)
  assert.equal(after.trained[123], before.trained[123], 'a row does not see its own answer')
  assert.ok(
    after.trained.some((cell, i) => cell !== before.trained[i]),
    'others do',
  )
  assert.notEqual(after.later[123], before.later[123])
  assert.deepEqual(cellsOf(y), before, 'the seed alone decides the folds')
  const errors = before.trained.map((cell, i) => Math.abs(cell - (i % 80)))
  assert.ok(errors.reduce((sum, error) => sum + error, 0) / ROWS < 6, 'levels are near their means')
})

test('a column that is left out, or that hardly varies, is not asked of callers', () => {
  const steps = [
    { step: 'drop' as const, columns: ['n'] },
    { step: 'drop' as const, columns: ['t'] },
  ]
  const fitted = fitRecipe(completeRecipe(steps, COLUMNS.slice(0, 4)), frame, all, { passOverTarget: true })
  assert.deepEqual(
    fitted.inputs.map(input => input.name),
    ['few', 'many'],
  )
  assert.equal(fitted.steps[0]!.step, 'drop')
  assert.equal(compileRecipe(fitted).cols, fitted.outputs.length)
})

test('a made feature whose name is taken gets a number, a chosen name is refused', () => {
  const columns = [column('n', 'number'), column('n_missing', 'number')]
  const table = frameFromRows(frameSpecs({ columns }), [{ n: 1, n_missing: 5 }, { n_missing: 6 }])
  const fitted = fitRecipe(autoRecipe({ columns }), table, [0, 1])
  assert.deepEqual(fitted.outputs, ['n', 'n_missing', 'n_missing_2'])
  const chosen = { step: 'expression' as const, columns: [], name: 'n', formula: 'n_missing + 1' }
  assert.throws(() => fitRecipe(completeRecipe([chosen], columns), table, [0, 1]), { code: 'recipe-duplicate' })
})

test('correlation keeps the first of two that go together and says why', () => {
  const columns = ['a', 'b', 'c'].map(name => column(name, 'number'))
  const table = frameFromRows(
    frameSpecs({ columns }),
    Array.from({ length: 60 }, (_, i) => ({ a: i, b: -2 * i + 1, c: (i * 37) % 11 })),
  )
  const recipe = completeRecipe([{ step: 'correlation', columns: [] }], columns)
  const fitted = fitRecipe(recipe, table, [...Array(60).keys()])
  assert.deepEqual(fitted.outputs, ['a', 'c'])
  const dropped = fitted.steps.find(step => step.step === 'drop')
  assert.ok(dropped?.because?.includes('a (correlation -1)'), dropped?.because)
})

test('names that no column and no earlier step has are found before training', () => {
  const steps = [
    { step: 'expression' as const, columns: [], name: 'ratio', formula: 'price / area' },
    { step: 'scale' as const, columns: ['ratio', 'price_missing', 'colour=red', 'gone'], method: 'standard' as const },
  ]
  assert.deepEqual(unknownColumns(steps, ['price', 'colour']), ['area', 'gone'])
})
