import { type ColumnSummary, type ColumnValues, driftValues, summarise } from './drift/summary.ts'
import { EngineError } from './errors.ts'
import { type Backend, type Baseline, packFiles, writeBundle } from './format/bundle.ts'
import { type Frame, type FrameColumn, takeColumnRows, takeRows } from './frame/frame.ts'
import { type Curves, curvesOf } from './metrics/curves.ts'
import { defaultMetric, getMetric, listMetrics, type MetricValue, metricIntervals } from './metrics/registry.ts'
import type { Scored } from './metrics/types.ts'
import { deriveSeed } from './random.ts'
import { compileRecipe } from './recipe/compile.ts'
import { completeRecipe } from './recipe/complete.ts'
import { prepareTraining } from './recipe/prepare-training.ts'
import type { FittedRecipe, RecipeStep } from './recipe/types.ts'
import type { Schema } from './schema.ts'
import { type Split, type SplitRows, splitByGroup, splitByTime, splitRandom, splitStratified } from './split.ts'
import { detectTask, encodeTarget, rowsOf, type Target } from './task.ts'
import { resolveParameters } from './trainers/parameters.ts'
import { compilePredictor, getTrainer } from './trainers/registry.ts'
import type { Model, Parameters, Task } from './trainers/types.ts'
import { ENGINE_VERSION } from './version.ts'

export type TrainRequest = {
  frame: Frame
  schema: Schema
  /** Column to predict. */
  target: string
  /** Suggested by the target when absent. */
  task?: Task
  trainerId: string
  parameters?: Parameters
  /** Default: by time when the schema has a time column, else stratified or random; 20 % held out. */
  split?: Split
  /** The one to compare models by; default RMSE, ROC AUC or macro F1. All others are computed as well. */
  metric?: string
  seed: number
  /** A person's own steps; the usual ones for the trainer follow (`completeRecipe`). */
  steps?: readonly RecipeStep[]
  threads?: number
  report?: (step: number, metrics: Record<string, number>) => void
  signal?: AbortSignal
  /** The caller's clock in milliseconds. */
  now: () => number
}

export type TrainResult = {
  /** Packed bundle: one blob, for `loadPredictor`. */
  bundle: Uint8Array
  digest: string
  task: Task
  classes: string[]
  /** The metric asked for. */
  metric: string
  /** On the validation rows, with 95 % intervals. */
  metrics: Record<string, MetricValue>
  curves: Curves
  recipe: FittedRecipe
  parameters: Parameters
  backend: Backend
  rowsTrain: number
  rowsValidation: number
  /** Rows left out because their target is missing. */
  rowsWithoutTarget: number
  validation: {
    /** Row indices into the frame. */
    rows: Int32Array
    truth: Float64Array
    /** Values, or rows × classes probabilities. */
    predicted: Float64Array
  }
}

/**
 * The one call a worker makes: frame in, checked and measured model bundle out. The recipe is fitted on the training
 * rows only; the same request gives the same bytes.
 * @throws EngineError in words for data that cannot be learnt; the signal's reason when aborted.
 */
export async function trainPipeline(request: TrainRequest): Promise<TrainResult> {
  const { frame, schema, target: targetName, seed, now } = request
  const signal = request.signal ?? new AbortController().signal
  signal.throwIfAborted()
  const targetColumn = requireColumn(frame, targetName, 'target')
  const schemaColumn = schema.columns.find(column => column.name === targetName)
  const task = request.task ?? detectTask({ name: targetName, type: schemaColumn?.type ?? 'category' }, targetColumn)
  const trainer = getTrainer(request.trainerId)
  if (!trainer.tasks.includes(task)) {
    throw new EngineError('task', `“${trainer.label}” cannot be trained for ${task}.`, 'Choose another trainer.')
  }
  const parameters = resolveParameters(trainer.parameters, request.parameters ?? {})
  const metric = request.metric ?? defaultMetric(task)
  if (!getMetric(metric).tasks.includes(task)) {
    throw new EngineError('metric', `“${getMetric(metric).label}” does not measure ${task}.`, 'Choose another metric.')
  }

  const target = encodeTarget(targetColumn, task)
  const featureSchema: Schema = { columns: schema.columns.filter(column => column.name !== targetName) }
  const sides = splitRows(request.split, featureSchema, frame, target, task, seed)
  const train = pick(target, sides.train)
  const held = pick(target, sides.validation)
  const { recipe, x } = prepareTraining(
    completeRecipe(request.steps ?? [], featureSchema.columns, trainer.features),
    frame,
    train.rows,
    { y: train.y, task, classCount: target.classes.length, seed: deriveSeed(seed, 'recipe') },
  )
  if (recipe.inputs.some(input => input.name === targetName)) {
    throw new EngineError('recipe-target', `The recipe uses the target “${targetName}” as a feature.`, 'Remove it.')
  }
  signal.throwIfAborted()
  const trainFrame = takeInputs(frame, recipe, train.rows)
  const heldFrame = takeInputs(frame, recipe, held.rows)
  const weights = weightColumn(schema, frame)
  const heldX = compileRecipe(recipe).transform(heldFrame)

  const model = await trainer.fit({
    x,
    y: train.y,
    ...weightsOf(weights, train.rows),
    validation: { x: heldX, y: held.y, ...weightsOf(weights, held.rows) },
    task,
    classCount: target.classes.length,
    parameters,
    seed: deriveSeed(seed, 'fit'),
    threads: request.threads ?? 1,
    report: request.report ?? (() => {}),
    signal,
    now,
  })
  signal.throwIfAborted()

  const predicted = compilePredictor(model).predict(heldX)
  refuseNonFinite(predicted, trainer.label)
  const scored: Scored = { task, truth: held.y, predicted, classCount: target.classes.length }
  const ids = listMetrics(task).map(each => each.id)
  const metrics = metricIntervals(ids, scored, deriveSeed(seed, 'intervals'))
  const backend = backendOf(model)
  const content = {
    signature: signatureOf(schema, recipe),
    task,
    target: { name: targetName, ...(schemaColumn ? { type: schemaColumn.type } : {}) },
    ...(task === 'regression' ? {} : { classes: target.classes }),
    recipe,
    parameters,
    backend,
    seed,
    rowsTrain: train.rows.length,
    rowsValidation: held.rows.length,
    baseline: baselineOf(trainFrame, scored, target.classes, train.y, metrics),
    model,
  }
  const { files, digest } = writeBundle(content)
  return {
    bundle: packFiles(files),
    digest,
    task,
    classes: target.classes,
    metric,
    metrics,
    curves: curvesOf(scored, target.classes, deriveSeed(seed, 'curves')),
    recipe,
    parameters,
    backend,
    rowsTrain: train.rows.length,
    rowsValidation: held.rows.length,
    rowsWithoutTarget: frame.rows - target.rows.length,
    validation: { rows: held.rows, truth: held.y, predicted },
  }
}

function requireColumn(frame: Frame, name: string, what: string): FrameColumn {
  const column = frame.columns.get(name)
  if (column) return column
  throw new EngineError(`${what}-column`, `The data has no column “${name}” for the ${what}.`, 'Choose another column.')
}

function pick(target: Target, positions: Int32Array): { rows: Int32Array; y: Float64Array } {
  return {
    rows: Int32Array.from(positions, position => target.rows[position]!),
    y: Float64Array.from(positions, position => target.y[position]!),
  }
}

/** Only the recipe's inputs: taking rows of columns nobody reads would cost memory. */
function takeInputs(frame: Frame, recipe: FittedRecipe, rows: Int32Array): Frame {
  const columns = new Map(recipe.inputs.map(({ name }) => [name, requireColumn(frame, name, 'feature')]))
  return takeRows({ rows: frame.rows, columns }, rows)
}

function splitRows(
  split: Split | undefined,
  schema: Schema,
  frame: Frame,
  target: Target,
  task: Task,
  seed: number,
): SplitRows {
  const timeColumn = schema.columns.find(column => column.role === 'time')?.name
  const groupColumn = schema.columns.find(column => column.role === 'group')?.name
  const chosen: Split =
    split ??
    (timeColumn
      ? { kind: 'time' }
      : groupColumn
        ? { kind: 'group' }
        : { kind: task === 'regression' ? 'random' : 'stratified' })
  const fraction = chosen.fraction ?? 0.2
  const splitSeed = deriveSeed(seed, 'split')
  const codes = (name: string | undefined, what: string) => {
    if (!name) {
      throw new EngineError('split-column', `A split by ${what} needs a ${what} column.`, 'Give a column that role.')
    }
    return takeColumnRows(requireColumn(frame, name, 'split'), target.rows)
  }
  switch (chosen.kind) {
    case 'random':
      return splitRandom(target.rows.length, fraction, splitSeed)
    case 'stratified':
      return task === 'regression'
        ? splitRandom(target.rows.length, fraction, splitSeed)
        : splitStratified(target.y, fraction, splitSeed)
    case 'time': {
      const column = codes(chosen.column ?? timeColumn, 'time')
      if (column.type === 'category' || column.type === 'text') {
        throw new EngineError(
          'split-column',
          `“${column.name}” holds text, not times.`,
          'Make it a date and time column.',
        )
      }
      return splitByTime(column.values, fraction)
    }
    case 'group':
      return splitByGroup(groupCodes(codes(chosen.column ?? groupColumn, 'group')), fraction, splitSeed)
  }
}

function groupCodes(column: FrameColumn): Int32Array {
  if (column.type === 'category') return column.codes
  const known = new Map<unknown, number>()
  return Int32Array.from({ length: rowsOf(column) }, (_, row) => {
    const value = column.values[row]
    const code = known.get(value) ?? known.size
    known.set(value, code)
    return code
  })
}

function weightColumn(schema: Schema, frame: Frame): Float64Array | null {
  const name = schema.columns.find(column => column.role === 'weight')?.name
  if (!name) return null
  const column = requireColumn(frame, name, 'weight')
  const usable = column.type === 'number' && column.values.every(value => value >= 0 && Number.isFinite(value))
  if (usable && column.values.some(value => value > 0)) return column.values
  throw new EngineError(
    'weight',
    `The weight column “${name}” has missing, negative or only zero weights.`,
    'Correct the weights, or give the column another role.',
  )
}

function weightsOf(weights: Float64Array | null, rows: Int32Array): { weights?: Float64Array } {
  return weights ? { weights: Float64Array.from(rows, row => weights[row]!) } : {}
}

function refuseNonFinite(predicted: Float64Array, trainer: string): void {
  if (predicted.every(Number.isFinite)) return
  throw new EngineError(
    'diverged',
    `Training “${trainer}” diverged: its predictions are no longer numbers.`,
    'Lower the learning rate, or check the features for extreme values.',
  )
}

/** The trainer says in `config.backend` what it ran on, when that was not plain JavaScript. */
function backendOf(model: Model): Backend {
  return (model.config.backend as Backend | undefined) ?? { name: 'javascript', version: ENGINE_VERSION }
}

/** The columns the recipe reads, as callers must send them. */
function signatureOf(schema: Schema, recipe: FittedRecipe): Schema {
  return {
    columns: recipe.inputs.flatMap(input => {
      const column = schema.columns.find(each => each.name === input.name)
      return column ? [column] : []
    }),
  }
}

function baselineOf(
  trainFrame: Frame,
  scored: Scored,
  classes: readonly string[],
  trainTarget: Float64Array,
  metrics: Record<string, MetricValue>,
): Baseline {
  const columns: Record<string, ColumnSummary> = {}
  for (const [name, column] of trainFrame.columns) {
    const values = driftValues(column)
    if (values) columns[name] = summarise(values)
  }
  const { classCount, predicted, truth } = scored
  const named = (codes: ArrayLike<number>): ColumnValues => ({
    kind: 'category',
    values: Array.from(codes, code => classes[code] ?? null),
  })
  const best = (row: number) => {
    let code = 0
    for (let k = 1; k < classCount; k++) {
      if (predicted[row * classCount + k]! > predicted[row * classCount + code]!) code = k
    }
    return code
  }
  const regression = scored.task === 'regression'
  return {
    columns,
    // Of rows the model has not seen: on training rows it is surer than it will be in production.
    prediction: summarise(
      regression ? { kind: 'numeric', values: predicted } : named(Array.from(truth, (_, row) => best(row))),
    ),
    target: summarise(regression ? { kind: 'numeric', values: trainTarget } : named(trainTarget)),
    metrics,
  }
}
