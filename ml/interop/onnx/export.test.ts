import assert from 'node:assert/strict'
import test from 'node:test'
import { createFrameBuilder } from '../../frame/builder.ts'
import { listTrainers } from '../../node.ts'
import { compilePipeline } from '../../pipeline.ts'
import { createRandom } from '../../random.ts'
import { completeRecipe } from '../../recipe/complete.ts'
import { fitRecipe } from '../../recipe/fit.ts'
import { prepareTraining } from '../../recipe/prepare-training.ts'
import type { FittedRecipe, RecipeStep } from '../../recipe/types.ts'
import { frameSpecs, type Schema } from '../../schema.ts'
import { problem, SHOP, type ShopRow, shopRows } from '../../testing.ts'
import type { Model, Parameters, Task } from '../../trainers/types.ts'
import type { Link } from '../../trees/model.ts'
import { randomTreeModel } from '../../trees/testing.ts'
import { exportOnnx } from './export.ts'
import { largestDifference, runExported } from './testing.ts'

const QUICK: Record<string, Parameters> = { mlp: { hidden: [8], epochs: 3 } }
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

const NUMBERS: RecipeStep[] = [
  { step: 'interaction', columns: ['price', 'items'], operation: 'divide', name: 'each' },
  { step: 'interaction', columns: ['price', 'items'], operation: 'subtract' },
  { step: 'clip', columns: ['items'] },
  { step: 'power', columns: ['price'], method: 'yeo-johnson' },
  { step: 'power', columns: ['each'], method: 'log1p' },
  { step: 'impute', columns: ['colour'], strategy: 'constant', value: 'none', indicator: true },
  { step: 'date-parts', columns: ['when'], elapsedDays: true },
]

test('every step of a recipe is the same in ONNX', async () => {
  const frame = frameOf(FEATURES, shopRows(400))
  const recipe = fitRecipe(
    completeRecipe(NUMBERS, FEATURES.columns),
    frame,
    Int32Array.from({ length: 400 }, (_, i) => i),
  )
  const random = createRandom(4)
  const cols = recipe.outputs.length
  const model: Model = {
    trainer: 'linear',
    task: 'regression',
    classCount: 0,
    cols,
    tensors: {
      coefficients: {
        dtype: 'F64',
        shape: [1, cols],
        data: Float64Array.from({ length: cols }, () => random.normal()),
      },
      intercepts: { dtype: 'F64', shape: [1], data: Float64Array.of(1) },
      fill: { dtype: 'F64', shape: [cols], data: new Float64Array(cols) },
    },
    config: {},
  }
  assert.ok((await difference(recipe, model, frameOf(FEATURES, strangeRows(ROWS)))) < 1e-9)
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
