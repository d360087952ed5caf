import assert from 'node:assert/strict'
import test from 'node:test'
import { fitCalibration } from '../../calibration/calibration.ts'
import { createFrameBuilder } from '../../frame/builder.ts'
import { listTrainers } from '../../node.ts'
import { compilePipeline } from '../../pipeline.ts'
import { createRandom } from '../../random.ts'
import { completeRecipe } from '../../recipe/complete.ts'
import { prepareTraining } from '../../recipe/prepare-training.ts'
import type { FittedRecipe, RecipeStep } from '../../recipe/types.ts'
import { frameSpecs, type Schema } from '../../schema.ts'
import { problem, SHOP, type ShopRow, shopRows } from '../../testing.ts'
import { type Combination, ensembleRecipe, packEnsemble } from '../../trainers/ensemble.ts'
import type { Model, Parameters, Task } from '../../trainers/types.ts'
import { type Link, treeTensors } from '../../trees/model.ts'
import { randomTreeModel } from '../../trees/testing.ts'
import { exportOnnx } from './export.ts'
import { largestDifference, runExported } from './testing.ts'

const QUICK: Record<string, Parameters> = { mlp: { hidden: [8, 8], epochs: 3, residual: true, batchNorm: true } }
const ROWS = 1000
const FEATURES: Schema = {
  columns: SHOP.columns.filter(column => column.role !== 'target' && column.role !== 'ignore'),
}
const frameOf = (schema: Schema, rows: readonly object[]) => {
  const builder = createFrameBuilder(frameSpecs(schema))
  builder.appendRows(rows)
  return builder.build()
}

/** Rows as a model meets them later: other values, levels never seen, cells missing, times before 1970. */
function strangeRows(count: number): ShopRow[] {
  const random = createRandom(77)
  return shopRows(count, 9).map((row, i) => ({
    ...row,
    when: i % 11 === 0 ? null : new Date(Date.UTC(1890 + (i % 300), 0, 1) + i * 47_003_000).toISOString(),
    price: i % 13 === 0 ? null : random.normal() * 300,
    items: random.integer(60) - 5,
    colour: ['red', 'green', 'blue', 'mauve', 'never seen', null][random.integer(6)],
  }))
}

/** Three classes of amount, or two, or the amount. */
function targetOf(task: Task, rows: readonly ShopRow[]): Float64Array {
  return Float64Array.from(rows, row => {
    const amount = row.amount as number
    if (task === 'regression') return amount
    return task === 'binary' ? Number(amount > 160) : Number(amount > 100) + Number(amount > 220)
  })
}

const CLASSES: Record<Task, string[] | undefined> = {
  regression: undefined,
  binary: ['no', 'yes'],
  multiclass: ['low', 'middle', 'high'],
}

/** Runs ours and the exported model over the same rows. */
async function difference(recipe: FittedRecipe, model: Model, frame: ReturnType<typeof frameOf>): Promise<number> {
  const classes = CLASSES[model.task]
  const content = { signature: FEATURES, target: { name: 'amount' }, recipe, model, ...(classes ? { classes } : {}) }
  const ours = compilePipeline(recipe, model).predictFrame(frame)
  const theirs = await runExported(exportOnnx(content), recipe, frame)
  if (classes) {
    const labels = theirs.label!.data as unknown as string[]
    for (let i = 0; i < frame.rows; i++) {
      const row = ours.subarray(i * classes.length, (i + 1) * classes.length)
      const top = Math.max(...row)
      assert.ok(top - row[classes.indexOf(labels[i]!)]! < 1e-5, `row ${i} is called ${labels[i]}`)
    }
  }
  return largestDifference(ours, (theirs.probabilities ?? theirs.prediction)!.data as Float64Array)
}

for (const trainer of listTrainers()) {
  for (const task of trainer.tasks) {
    test(`${trainer.id}, ${task}: recipe and model as ONNX predict as ours do`, async () => {
      const rows = shopRows(400)
      const frame = frameOf(FEATURES, rows)
      const y = targetOf(task, rows)
      const classCount = CLASSES[task]?.length ?? 0
      const all = Int32Array.from(rows.keys())
      const { recipe, x } = prepareTraining(completeRecipe([], FEATURES.columns, trainer.features), frame, all, {
        y,
        task,
        classCount,
        seed: 1,
      })
      const parameters = QUICK[trainer.id] ?? {}
      const model = await trainer.fit({ ...problem(task), x, y, classCount, parameters })
      const worst = await difference(recipe, model, frameOf(FEATURES, strangeRows(ROWS)))
      assert.ok(worst <= 1e-5, `differs by ${worst}`)
    })
  }
}

/** By name: steps before the usual ones. */
const RECIPES: Record<string, RecipeStep[]> = {
  'interactions, powers and clipping': [
    { step: 'interaction', columns: ['price', 'items'], operation: 'divide', name: 'each' },
    { step: 'interaction', columns: ['price', 'items'], operation: 'subtract' },
    { step: 'clip', columns: ['items'] },
    { step: 'power', columns: ['price'], method: 'yeo-johnson' },
    { step: 'power', columns: ['each'], method: 'log1p' },
  ],
  'filled categories, circles and elapsed days': [
    { step: 'impute', columns: ['colour'], strategy: 'constant', value: 'none', indicator: true },
    { step: 'date-parts', columns: ['when'], elapsedDays: true },
  ],
  'plain date parts, codes and indicators': [
    { step: 'date-parts', columns: ['when'], as: 'number' },
    { step: 'ordinal', columns: ['colour'] },
    { step: 'indicator', columns: ['price', 'member'] },
  ],
  'target encoding beside one-hot': [{ step: 'target-encoding', columns: ['colour'], keep: true }],
  'quantiles, and numbers as levels': [
    { step: 'scale', columns: ['price'], method: 'quantile' },
    { step: 'cast', columns: ['items'], to: 'category' },
    { step: 'cast', columns: ['member'], to: 'number' },
  ],
  formulas: [
    {
      step: 'expression',
      columns: [],
      name: 'f',
      formula: 'if(price > 50 and not is_missing(items), log(price) / (items + 1), -round(items ^ 2 / 3, 1))',
    },
    { step: 'expression', columns: [], name: 'g', formula: 'min(price, items * 4) - max(items, 2, abs(price - 9))' },
    {
      step: 'expression',
      columns: [],
      name: 'h',
      formula: 'when / 1e10 + floor(items / 2) + (items = 3 or price != 4)',
    },
  ],
}

function prepare(steps: RecipeStep[], task: Task, rows: readonly ShopRow[]) {
  const classCount = CLASSES[task]?.length ?? 0
  const target = { y: targetOf(task, rows), task, classCount, seed: 1 }
  const all = Int32Array.from(rows.keys())
  return prepareTraining(completeRecipe(steps, FEATURES.columns), frameOf(FEATURES, rows), all, target).recipe
}

function randomLinear(task: Task, cols: number, seed: number): Model {
  const random = createRandom(seed)
  const classCount = CLASSES[task]?.length ?? 0
  const outputs = task === 'multiclass' ? classCount : 1
  const draw = (n: number) => Float64Array.from({ length: n }, () => random.normal())
  return {
    trainer: 'linear',
    task,
    classCount,
    cols,
    tensors: {
      coefficients: { dtype: 'F64', shape: [outputs, cols], data: draw(outputs * cols) },
      intercepts: { dtype: 'F64', shape: [outputs], data: draw(outputs) },
      fill: { dtype: 'F64', shape: [cols], data: draw(cols) },
    },
    config: {},
  }
}

for (const [name, steps] of Object.entries(RECIPES)) {
  test(`recipe: ${name} are the same in ONNX`, async () => {
    const recipe = prepare(steps, 'regression', shopRows(400))
    const model = randomLinear('regression', recipe.outputs.length, 4)
    const worst = await difference(recipe, model, frameOf(FEATURES, strangeRows(ROWS)))
    assert.ok(worst < 1e-9, `differs by ${worst}`)
  })
}

test('a step without a counterpart is named', () => {
  const recipe = prepare([{ step: 'hashing', columns: ['colour'] }], 'regression', shopRows(60))
  const model = randomLinear('regression', recipe.outputs.length, 4)
  assert.throws(
    () => exportOnnx({ signature: FEATURES, target: { name: 'amount' }, recipe, model }),
    /step “hashing” cannot be written as ONNX/,
  )
})

test('ensembles: members with recipes of their own, averaged or stacked', async () => {
  const rows = shopRows(400)
  for (const task of ['regression', 'binary', 'multiclass'] as const) {
    const members = Object.values(RECIPES).map((steps, k) => {
      const recipe = prepare(steps, task, rows)
      return { recipe, model: randomLinear(task, recipe.outputs.length, k), weight: 0.1 + k / 10 }
    })
    const kinds: Combination[] = [{ kind: 'average' }]
    if (task !== 'multiclass') kinds.push({ kind: 'stack', intercept: 0.25 })
    for (const kind of kinds) {
      const model = packEnsemble(members, kind)
      const worst = await difference(ensembleRecipe(members), model, frameOf(FEATURES, strangeRows(ROWS)))
      // The logit of a probability beside 1 has few digits left, theirs and ours.
      assert.ok(worst < (task === 'regression' ? 1e-9 : 1e-5), `${task}, ${kind.kind} differs by ${worst}`)
    }
  }
})

test('calibrated probabilities, and the class that the model’s own threshold names', async () => {
  const rows = shopRows(400)
  const later = frameOf(FEATURES, strangeRows(ROWS))
  for (const task of ['binary', 'multiclass'] as const) {
    const recipe = prepare([], task, rows)
    const model = randomLinear(task, recipe.outputs.length, 9)
    const classes = CLASSES[task]!
    for (const method of ['platt', 'isotonic'] as const) {
      const predicted = compilePipeline(recipe, model).predictFrame(frameOf(FEATURES, rows))
      const calibration = fitCalibration(method, targetOf(task, rows), predicted, classes.length)
      const threshold = { value: 0.3, words: '' }
      const content = {
        signature: FEATURES,
        target: { name: 'amount' },
        recipe,
        model,
        classes,
        calibration,
        ...(task === 'binary' ? { threshold: { ...threshold, by: 'f1' as const } } : {}),
      }
      const ours = compilePipeline(recipe, model, calibration).predictFrame(later)
      const theirs = await runExported(exportOnnx(content), recipe, later)
      const worst = largestDifference(ours, theirs.probabilities!.data as Float64Array)
      assert.ok(worst < 1e-5, `${task}, ${method} differs by ${worst}`)
      if (task !== 'binary') continue
      const labels = theirs.label!.data as unknown as string[]
      for (const [i, label] of labels.entries()) {
        const p = ours[2 * i + 1]!
        if (Math.abs(p - 0.3) > 1e-9) assert.equal(label, p >= 0.3 ? 'yes' : 'no')
      }
    }
  }
})

const TREES: { link: Link; task: Task; leafWidth: number }[] = [
  { link: 'identity', task: 'regression', leafWidth: 1 },
  { link: 'exp', task: 'regression', leafWidth: 1 },
  { link: 'average', task: 'regression', leafWidth: 1 },
  { link: 'logistic', task: 'binary', leafWidth: 1 },
  { link: 'average', task: 'binary', leafWidth: 2 },
  { link: 'softmax', task: 'multiclass', leafWidth: 1 },
  { link: 'softmax', task: 'multiclass', leafWidth: 3 },
  { link: 'average', task: 'multiclass', leafWidth: 3 },
]

for (const { link, task, leafWidth } of TREES) {
  test(`trees, ${link}, ${task}, leaves of ${leafWidth}: sets of categories and missing cells take the same way`, async () => {
    // Columns in turn a number and a category, as `randomTreeModel` makes them.
    const columns = Array.from({ length: 6 }, (_, c) => ({
      name: `c${c}`,
      type: c % 2 === 1 ? ('category' as const) : ('number' as const),
      role: 'feature' as const,
      nullable: true,
    }))
    const levels = 40
    const recipe: FittedRecipe = {
      v: 1,
      inputs: columns.map(({ name, type }) => ({
        name,
        type,
        ...(type === 'category' ? { vocabulary: Array.from({ length: levels }, (_, k) => `level ${k}`) } : {}),
      })),
      steps: columns.flatMap(({ name, type }) =>
        type === 'category' ? [{ step: 'ordinal' as const, column: name, levels }] : [],
      ),
      outputs: columns.map(column => column.name),
    }
    const model = randomTreeModel({
      link,
      task,
      classes: CLASSES[task]?.length ?? 0,
      leafWidth,
      depth: 7,
      trees: 24,
      cols: 6,
      levels,
      seed: 5,
    })
    const random = createRandom(8)
    const rows = Array.from({ length: ROWS }, () =>
      Object.fromEntries(
        columns.map(({ name, type }) => {
          if (random.next() < 0.1) return [name, null]
          return [
            name,
            type === 'category' ? `level ${random.integer(levels + 3)}` : Math.round(random.normal() * 8) / 8,
          ]
        }),
      ),
    )
    assert.ok((await difference(recipe, model, frameOf({ columns }, rows))) < 1e-5)
  })
}

test('a missing category takes the same way through sets that end in equal leaves', async () => {
  const sets = [
    [1, 0b11001001],
    [1, 0b11001111],
  ]
  const nodes = 5
  const model: Model = {
    trainer: 'random-forest',
    task: 'binary',
    classCount: 2,
    cols: 2,
    tensors: treeTensors({
      roots: Int32Array.of(0),
      feature: Int32Array.of(1, -1, 1, -1, -1),
      threshold: Float64Array.of(0, 0, 2, 0, 0),
      flags: Uint8Array.of(2, 0, 2, 0, 0),
      left: Int32Array.of(1, 0, 3, 0, 0),
      right: Int32Array.of(2, 0, 4, 0, 0),
      categories: Int32Array.from(sets.flat()),
      // The first and the last leaf are the same: ONNX Runtime takes the two sets for one.
      value: Float64Array.of(0.5, 0.5, 0.6, 0.4, 0.5, 0.5, 0.3, 0.7, 0.6, 0.4),
      leafWidth: 2,
      cover: new Float64Array(nodes).fill(1),
      gain: new Float64Array(nodes),
    }),
    config: { link: 'average', leafWidth: 2, base: [0, 0], levels: [0, 8] },
  }
  const names = Array.from({ length: 8 }, (_, k) => `l${k}`)
  const recipe: FittedRecipe = {
    v: 1,
    inputs: [
      { name: 'n', type: 'number' },
      { name: 'c', type: 'category', vocabulary: names },
    ],
    steps: [{ step: 'ordinal', column: 'c', levels: 8 }],
    outputs: ['n', 'c'],
  }
  const columns = (['number', 'category'] as const).map((type, k) => ({
    name: 'nc'[k]!,
    type,
    role: 'feature' as const,
    nullable: true,
  }))
  const rows = [...names, null].flatMap(c => [0, null].map(n => ({ n, c })))
  assert.ok((await difference(recipe, model, frameOf({ columns }, rows))) < 1e-6)
})
