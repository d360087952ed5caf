import assert from 'node:assert/strict'
import test from 'node:test'
import fc from 'fast-check'
import { EngineError } from '../../errors.ts'
import { frameFromRows } from '../../frame/builder.ts'
import type { Frame } from '../../frame/frame.ts'
import { createRandom } from '../../random.ts'
import { frameSpecs, type SchemaColumn } from '../../schema.ts'
import type { FeatureKind } from '../../trainers/types.ts'
import { compileRecipe } from '../compile.ts'
import { completeRecipe } from '../complete.ts'
import { fitRecipe } from '../fit.ts'
import { prepareTraining } from '../prepare-training.ts'
import type { RecipeTarget } from '../training.ts'
import type { FittedRecipe, Recipe, RecipeStep, StepName } from '../types.ts'
import { describeStep, explainStep, STEP_NAMES } from './registry.ts'

/** Each step at least once, with its options. A step that is missing here does not compile. */
const CASES: Record<StepName, RecipeStep[]> = {
  cast: [
    { step: 'cast', columns: ['t', 'c', 'b', 'd', 'n'], to: 'number' },
    { step: 'cast', columns: ['n', 't', 'b'], to: 'category' },
    { step: 'cast', columns: ['t', 'c', 'n'], to: 'boolean' },
    { step: 'cast', columns: ['t', 'c', 'n'], to: 'datetime' },
  ],
  impute: [
    { step: 'impute', columns: ['n', 'b', 'd'], strategy: 'mean', indicator: true },
    { step: 'impute', columns: ['n', 'm'], strategy: 'median' },
    { step: 'impute', columns: ['c', 'b', 'n'], strategy: 'mode', indicator: true },
    { step: 'impute', columns: ['c'], strategy: 'constant', value: 'none' },
    { step: 'impute', columns: ['n'], strategy: 'constant', value: -1 },
  ],
  indicator: [{ step: 'indicator', columns: ['n', 'c', 'b', 'd', 't'] }],
  clip: [{ step: 'clip', columns: ['n', 'm'], lower: 0.1, upper: 0.8 }],
  power: [
    { step: 'power', columns: ['n'], method: 'log1p' },
    { step: 'power', columns: ['n', 'm'], method: 'yeo-johnson' },
  ],
  scale: [
    { step: 'scale', columns: ['n', 'b'], method: 'standard' },
    { step: 'scale', columns: ['n', 'b'], method: 'robust' },
    { step: 'scale', columns: ['n', 'b'], method: 'min-max' },
    { step: 'scale', columns: ['n', 'b'], method: 'quantile' },
    { step: 'scale', columns: ['n', 'm'], method: 'quantile', to: 'normal' },
  ],
  interaction: [
    { step: 'interaction', columns: ['n', 'm'], operation: 'divide', name: 'ratio' },
    { step: 'interaction', columns: ['b', 'm'], operation: 'multiply' },
  ],
  expression: [
    {
      step: 'expression',
      columns: [],
      name: 'f',
      formula: 'if(is_missing(n), log(abs(m) + 1), n ^ 2 / m) - max(b, 0)',
    },
  ],
  'one-hot': [{ step: 'one-hot', columns: ['c'], maxCategories: 2, minCount: 3 }],
  ordinal: [{ step: 'ordinal', columns: ['c'], maxCategories: 2 }],
  'target-encoding': [
    { step: 'target-encoding', columns: ['c'] },
    { step: 'target-encoding', columns: ['c'], keep: true, smoothing: 0, minLevels: 2 },
  ],
  hashing: [{ step: 'hashing', columns: ['c', 't'], buckets: 5 }],
  'tf-idf': [
    { step: 'tf-idf', columns: ['t', 'c'], maxTerms: 4 },
    { step: 'tf-idf', columns: ['t'], keep: true, minCount: 1 },
  ],
  'text-statistics': [{ step: 'text-statistics', columns: ['t', 'c'] }],
  'date-parts': [
    { step: 'date-parts', columns: ['d'], elapsedDays: true },
    { step: 'date-parts', columns: ['d'], as: 'number', parts: ['hour', 'month'], elapsedDays: true },
  ],
  'near-constant': [{ step: 'near-constant', columns: [], share: 0.8 }],
  correlation: [{ step: 'correlation', columns: [], limit: 0.5 }],
  drop: [{ step: 'drop', columns: ['n', 'c'] }],
}

const SCHEMA: SchemaColumn[] = (
  [
    ['n', 'number'],
    ['m', 'number'],
    ['c', 'category'],
    ['b', 'boolean'],
    ['d', 'datetime'],
    ['t', 'text'],
  ] as const
).map(([name, type]) => ({ name, type, role: 'feature', nullable: true }))
const SPECS = frameSpecs({ columns: SCHEMA })
type Row = Record<string, unknown>

const WORDS = ['red', 'green fields', 'Blue', '12', 'true', '2025-03-01', 'naïve Ærø 7', '']
function makeRows(count: number, seed = 3): Row[] {
  const random = createRandom(seed)
  const maybe = (value: unknown) => (random.next() < 0.15 ? null : value)
  return Array.from({ length: count }, () => {
    const n = Math.round(random.normal() * 100) / 10
    return {
      n: maybe(n),
      m: maybe(random.integer(4)),
      c: maybe(['red', 'green', 'blue', '7', `rare ${random.integer(50)}`][random.integer(5)]),
      b: maybe(random.next() < 0.5),
      d: maybe(new Date(1.7e12 + random.integer(1e9) * 100).toISOString()),
      t: maybe(Array.from({ length: random.integer(6) }, () => WORDS[random.integer(WORDS.length)]).join(' ')),
    }
  })
}
const frameOf = (rows: Row[]) => frameFromRows(SPECS, rows)
const indices = (count: number) => Int32Array.from({ length: count }, (_, i) => i)
const FEATURES: FeatureKind[] = ['numeric', 'native', 'embedded']
const TARGETS: Record<string, (rows: number) => RecipeTarget> = {
  regression: rows => ({ task: 'regression', classCount: 0, seed: 4, y: Float64Array.from(indices(rows), i => i % 7) }),
  binary: rows => ({ task: 'binary', classCount: 2, seed: 4, y: Float64Array.from(indices(rows), i => i % 2) }),
  multiclass: rows => ({ task: 'multiclass', classCount: 3, seed: 4, y: Float64Array.from(indices(rows), i => i % 3) }),
}

const prepare = (recipe: Recipe, frame: Frame, rows = indices(frame.rows), task = 'regression') =>
  prepareTraining(recipe, frame, rows, TARGETS[task]!(rows.length))

const bits = (values: ArrayLike<number>) => new BigUint64Array(Float64Array.from(values).buffer)
const json = (recipe: FittedRecipe) => JSON.parse(JSON.stringify(recipe)) as FittedRecipe

function assertRowsAgree(fitted: FittedRecipe, rows: Row[]): void {
  const compiled = compileRecipe(fitted)
  const batch = compiled.transform(frameOf(rows))
  const out = new Float64Array(compiled.cols)
  for (const [i, row] of rows.entries()) {
    compiled.transformRow(row, out)
    assert.deepEqual(bits(out), bits(batch.data.subarray(i * compiled.cols, (i + 1) * compiled.cols)))
  }
}

/** Cells of any kind in any column: what does not fit is missing. */
const anyCell = fc.oneof(
  fc.constantFrom(
    null,
    undefined,
    'never seen',
    'red',
    '',
    '12',
    true,
    0,
    1,
    1e300,
    -1e300,
    Number.NaN,
    {},
    [],
    'naïve',
  ),
  fc.double(),
  fc.string(),
)
const anyRow = fc.record(
  {
    n: fc.oneof(fc.double(), anyCell),
    m: fc.oneof(fc.integer(), anyCell),
    c: fc.oneof(fc.constantFrom('red', 'green', 'blue', 'rare 7'), anyCell),
    b: fc.oneof(fc.boolean(), anyCell),
    d: fc.oneof(
      fc.date({ min: new Date(-1e12), max: new Date(1e13), noInvalidDate: true }).map(date => date.toISOString()),
      anyCell,
    ),
    t: fc.oneof(fc.constantFrom(...WORDS), fc.string({ unit: 'grapheme' }), anyCell),
  },
  { requiredKeys: [] },
)

const training = makeRows(120)
const frame = frameOf(training)

/** Tables that have little to learn from. */
const POOR: Record<string, Row[]> = {
  'a single row': makeRows(1),
  'a single empty row': [{}],
  'two rows': makeRows(2),
  'empty columns': Array.from({ length: 60 }, () => ({})),
  'constant columns': Array.from({ length: 60 }, () => ({ n: 3, m: 3, c: 'x', b: true, d: '2025-01-01', t: 'same' })),
  'huge numbers': makeRows(60).map((row, i) => ({ ...row, n: i % 2 ? 1e300 : -1e300, m: Number.POSITIVE_INFINITY })),
}

test('the list of steps and the registry are the same', () => {
  assert.deepEqual(Object.keys(CASES).sort(), [...STEP_NAMES].sort())
})

for (const [name, cases] of Object.entries(CASES)) {
  test(`step ${name}: learns from training rows only, and the same each time`, () => {
    const rows = indices(80)
    const elsewhere = frameOf([...training.slice(0, 80), ...makeRows(40, 99)])
    for (const step of cases) {
      const recipe = completeRecipe([step], SCHEMA)
      const fitted = prepare(recipe, frame, rows)
      assert.deepEqual(prepare(recipe, elsewhere, rows), fitted)
      assert.match(explainStep(step), /\.$/)
      for (const each of fitted.recipe.steps) assert.match(describeStep(each), /\.$/)
    }
  })

  test(`step ${name}: JSON keeps every number, and one row gives what a batch gives`, () => {
    for (const [k, step] of cases.entries()) {
      const features = FEATURES[k % 3]!
      const { recipe: fitted } = prepare(completeRecipe([step], SCHEMA, features), frame)
      assert.deepEqual(compileRecipe(fitted).names, fitted.outputs)
      assert.deepEqual(
        bits(compileRecipe(json(fitted)).transform(frame).data),
        bits(compileRecipe(fitted).transform(frame).data),
      )
      fc.assert(
        fc.property(fc.array(anyRow, { minLength: 1, maxLength: 8 }), rows => assertRowsAgree(json(fitted), rows)),
        { numRuns: 40, seed: 7 },
      )
    }
  })

  test(`step ${name}: poor tables give features without a missing cell, for known and unknown rows`, () => {
    for (const step of cases)
      for (const [what, rows] of Object.entries(POOR)) {
        const poor = frameOf(rows)
        if (name === 'near-constant' && /single|columns/.test(what)) {
          // Nothing varies in them, so nothing is left.
          assert.throws(() => prepare(completeRecipe([step], SCHEMA), poor), { code: 'recipe-empty' })
          continue
        }
        for (const task of Object.keys(TARGETS)) {
          const { recipe, x } = prepare(completeRecipe([step], SCHEMA), poor, indices(rows.length), task)
          assert.ok(x.data.every(Number.isFinite), `${what}, ${task}: ${JSON.stringify(step)}`)
          const later = compileRecipe(recipe).transform(frameOf([{}, { c: 'unseen', n: 1 }, ...makeRows(5, 8)]))
          assert.ok(later.data.every(Number.isFinite), `${what}, later rows: ${JSON.stringify(step)}`)
        }
      }
  })

  test(`step ${name}: training rows get what new rows get, the frame stays as it is`, () => {
    for (const step of cases) {
      const before = structuredClone(frame)
      const recipe = completeRecipe([step], SCHEMA)
      const rows = Int32Array.from([5, 3, 3, 100, 7, 64])
      const { recipe: fitted, x } = prepare(recipe, frame, rows)
      const usual = compileRecipe(fitted).transform(frameOf(Array.from(rows, row => training[row]!)))
      if (name === 'target-encoding') assert.deepEqual(x.names, usual.names)
      else assert.deepEqual(x, usual)
      assert.deepEqual(frame, before)
    }
  })
}

test('any sequence of steps is refused in words, or gives the same numbers for one row and a batch', () => {
  const step = fc.constantFrom(...Object.values(CASES).flat())
  let fitted = 0
  fc.assert(
    fc.property(
      fc.array(step, { maxLength: 6 }),
      fc.constantFrom(...FEATURES),
      fc.constantFrom(...Object.keys(TARGETS)),
      fc.array(anyRow, { minLength: 1, maxLength: 6 }),
      (steps, features, task, rows) => {
        let prepared: ReturnType<typeof prepare>
        try {
          prepared = prepare(completeRecipe(steps, SCHEMA, features), frame, indices(120), task)
        } catch (error) {
          assert.ok(error instanceof EngineError, String(error))
          return
        }
        fitted++
        assertRowsAgree(json(prepared.recipe), rows)
        if (features === 'numeric') assert.ok(prepared.x.data.every(Number.isFinite), JSON.stringify(steps))
      },
    ),
    { numRuns: 150, seed: 11 },
  )
  assert.ok(fitted > 50, `${fitted} of 150 recipes could be fitted`)
})

test('a recipe that looks at the target says so when there is none, and can be previewed without', () => {
  const recipe = completeRecipe([{ step: 'target-encoding', columns: ['c'] }], SCHEMA)
  assert.throws(() => fitRecipe(recipe, frame, indices(120)), { code: 'recipe-needs-target' })
  const preview = fitRecipe(recipe, frame, indices(120), { passOverTarget: true })
  assert.ok(!preview.outputs.some(output => output.startsWith('c')))
})
