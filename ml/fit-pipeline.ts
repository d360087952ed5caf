import { automl } from './automl/automl.ts'
import { runAutoml } from './automl/run-automl.ts'
import type { LeaderboardRow } from './automl/types.ts'
import type { Calibration } from './calibration/calibration.ts'
import { decide } from './calibration/decide.ts'
import type { Threshold, ThresholdChoice } from './calibration/threshold.ts'
import { type ColumnSummary, type ColumnValues, driftValues, summarizeColumn } from './drift/summary.ts'
import { EngineError } from './errors.ts'
import { type Backend, type Baseline, packFiles, writeBundle } from './format/bundle.ts'
import { type Frame, takeRows } from './frame/frame.ts'
import { type Curves, curvesOf } from './metrics/curves.ts'
import { defaultMetric, getMetric, listMetrics, type MetricValue, metricIntervals } from './metrics/registry.ts'
import type { Scored } from './metrics/types.ts'
import { compilePipeline } from './pipeline.ts'
import { deriveSeed } from './random.ts'
import type { FittedRecipe, RecipeStep } from './recipe/types.ts'
import type { Schema } from './schema.ts'
import type { Split } from './split.ts'
import { detectTask } from './task.ts'
import { resolveParameters } from './trainers/parameters.ts'
import { getTrainer } from './trainers/registry.ts'
import type { Model, Parameters, Task, Trainer } from './trainers/types.ts'
import { type ClassWeights, explainImbalance, weighClasses } from './validation/class-weights.ts'
import { crossValidate, type OutOfFold } from './validation/cross-validate.ts'
import { makeFolds } from './validation/folds.ts'
import { pickRows, prepareAll, transformRows } from './validation/learning-data.ts'
import { planFolds } from './validation/plan-folds.ts'
import { splitRows } from './validation/split-table.ts'
import { openTable, pickTable, requireColumn, type Table } from './validation/table.ts'
import { ENGINE_VERSION } from './version.ts'

export type TrainRequest = {
  frame: Frame
  schema: Schema
  /** Column to predict. */
  target: string
  /** Default: detected from the target. */
  task?: Task
  trainerId: string
  parameters?: Parameters
  /** The positive one of two classes, by name; default: the last of the sorted ones. */
  positive?: string
  /** Default: by time if the schema has a time column, otherwise stratified or random; 20 % held out. */
  split?: Split
  /** Metric for comparing models; default RMSE, ROC AUC or macro F1. All others are computed as well. */
  metric?: string
  seed: number
  /** User-defined steps; the default ones for the trainer follow (`completeRecipe`). */
  steps?: readonly RecipeStep[]
  /** balanced: every class has the same weight in training. Metrics are unweighted. Default none. */
  classWeights?: ClassWeights
  /** Calibrates probabilities on out-of-fold predictions of training rows. Default none. */
  calibration?: 'none' | Calibration['method']
  /** For binary models: criterion for the threshold, on the same predictions. Default: 0.5. */
  threshold?: ThresholdChoice
  threads?: number
  report?: (step: number, metrics: Record<string, number>) => void
  /** Called by AutoML after each setting with one sentence. */
  say?: (line: string) => void
  signal?: AbortSignal
  /** For AutoML: when aborted, the best result so far is returned. */
  finish?: AbortSignal
  /** Trains without a trainer of this engine, for example by a user's command; measured like every other model. */
  learn?: Learn
  /** The caller's clock in milliseconds. */
  now: () => number
}

/**
 * Receives rows of the frame, returns a recipe and a model; `words` are added to the notes. `classes` are those of the target, by code.
 */
export type Learn = (rows: {
  train: Int32Array
  validation: Int32Array
  task: Task
  classes: readonly string[]
}) => Promise<{ recipe: FittedRecipe; model: Model; words: string[] }>

/** Result of one training; plain data. */
export type TrainingMeasures = {
  classes: string[]
  /** On the validation rows, with 95 % intervals. */
  metrics: Record<string, MetricValue>
  curves: Curves
  recipe: FittedRecipe
  backend: Backend
  /** Notes on class imbalance, calibration and threshold, and for AutoML on what was tried and why the winner was chosen. */
  notes: string[]
  /** For AutoML: the settings tried, best first. */
  leaderboard?: LeaderboardRow[]
  rowsTrain: number
  rowsValidation: number
  /** Rows skipped because their target is missing. */
  rowsWithoutTarget: number
}

export type TrainResult = TrainingMeasures & {
  /** Packed bundle: one blob, for `loadPredictor`. */
  bundle: Uint8Array
  digest: string
  task: Task
  /** Id of the metric for comparing models. */
  metric: string
  parameters: Parameters
  calibration?: Calibration
  threshold?: Threshold
  validation: {
    /** Row indices into the frame. */
    rows: Int32Array
    truth: Float64Array
    /** Values, or rows × classes probabilities. */
    predicted: Float64Array
  }
  /** Row indices into the frame that the model was trained on. */
  trainedRows: Int32Array
}

/**
 * Trains, validates and measures a model: frame in, model bundle out. The recipe is fitted on the training rows only; the same request
 * gives
 * the same bytes.
 * @throws EngineError for data that cannot be learned; the signal's reason when aborted.
 */
export async function trainPipeline(request: TrainRequest): Promise<TrainResult> {
  const { frame, schema, target: targetName, seed } = request
  const signal = request.signal ?? new AbortController().signal
  signal.throwIfAborted()
  const targetColumn = requireColumn(frame, targetName, 'target')
  const schemaColumn = schema.columns.find(column => column.name === targetName)
  const task = request.task ?? detectTask({ name: targetName, type: schemaColumn?.type ?? 'category' }, targetColumn)
  const { learn } = request
  const trainer = learn || request.trainerId === automl.id ? null : getTrainer(request.trainerId)
  const described = learn ? { label: request.trainerId, tasks: [task], parameters: [] } : (trainer ?? automl)
  if (!described.tasks.includes(task)) {
    throw new EngineError('task', `“${described.label}” cannot be trained for ${task}.`, 'Choose another trainer.')
  }
  const given = request.parameters ?? {}
  const parameters = learn ? given : resolveParameters(described.parameters, given)
  const metric = request.metric ?? defaultMetric(task)
  if (!getMetric(metric).tasks.includes(task)) {
    throw new EngineError('metric', `“${getMetric(metric).label}” does not measure ${task}.`, 'Choose another metric.')
  }

  const table = openTable(frame, schema, targetName, task, request.steps, undefined, request.positive)
  const { classes } = table
  const classCount = classes.length
  const sides = splitRows(request.split, table, seed)
  const train = weighed(pickTable(table, sides.train), request.classWeights ?? 'none')
  const held = pickRows(table.data, sides.validation)
  const notes = task === 'regression' ? [] : explainImbalance(train.data.y, classes, request.classWeights ?? 'none')
  const learned = learn
    ? await learnElsewhere(learn, train, held, classes)
    : trainer
      ? await learnOne(trainer, parameters, train, held, request, signal)
      : await learnByAutoml(parameters, train, request, signal)
  const { recipe } = learned
  if (recipe.inputs.some(input => input.name === targetName)) {
    throw new EngineError('recipe-target', `The recipe uses the target “${targetName}” as a feature.`, 'Remove it.')
  }
  signal.throwIfAborted()
  const { calibration, threshold, words } = await decide(learned.outOfFold, train.data, request)
  notes.push(...words, ...(learned.remarks ?? []), ...(learned.summary ?? []))
  const model = learned.summary
    ? { ...learned.model, config: { ...learned.model.config, ...forBundle(learned) } }
    : learned.model

  const pipeline = compilePipeline(recipe, model, calibration)
  const predicted = pipeline.predictFrame(takeInputs(frame, recipe, held.rows))
  refuseNonFinite(predicted, described.label)
  const scored: Scored = { task, truth: held.y, predicted, classCount }
  const ids = listMetrics(task).map(each => each.id)
  const metrics = metricIntervals(ids, scored, deriveSeed(seed, 'intervals'))
  const backend = backendOf(model)
  const decided = { ...(calibration ? { calibration } : {}), ...(threshold ? { threshold } : {}) }
  const { files, digest } = writeBundle({
    signature: signatureOf(schema, recipe),
    task,
    target: {
      name: targetName,
      ...(schemaColumn ? { type: schemaColumn.type } : {}),
      ...(schemaColumn?.format ? { format: schemaColumn.format } : {}),
      ...(schemaColumn?.type === 'boolean' && Array.isArray(schemaColumn.domain) ? { words: schemaColumn.domain } : {}),
    },
    ...(task === 'regression' ? {} : { classes }),
    recipe,
    parameters,
    backend,
    seed,
    rowsTrain: train.data.rows.length,
    rowsValidation: held.rows.length,
    baseline: baselineOf(takeInputs(frame, recipe, train.data.rows), scored, classes, train.data.y, metrics),
    ...decided,
    model,
  })
  return {
    bundle: packFiles(files),
    digest,
    task,
    classes,
    metric,
    metrics,
    curves: curvesOf(scored, classes, deriveSeed(seed, 'curves')),
    recipe,
    parameters,
    backend,
    ...decided,
    notes,
    ...(learned.leaderboard ? { leaderboard: learned.leaderboard } : {}),
    rowsTrain: train.data.rows.length,
    rowsValidation: held.rows.length,
    rowsWithoutTarget: frame.rows - table.data.rows.length,
    validation: { rows: held.rows, truth: held.y, predicted },
    trainedRows: train.data.rows,
  }
}

type Learnt = {
  recipe: FittedRecipe
  model: Model
  /** Out-of-fold predictions of training rows; computed only if something is decided by them. */
  outOfFold: () => Promise<OutOfFold>
  summary?: string[]
  leaderboard?: LeaderboardRow[]
  /** Used for the notes only. */
  remarks?: string[]
}

async function learnOne(
  trainer: Trainer,
  parameters: Parameters,
  train: Table,
  held: Table['data'],
  request: TrainRequest,
  signal: AbortSignal,
): Promise<Learnt> {
  const { seed, now } = request
  const { recipe, train: labelled } = prepareAll(train.data, trainer.features, seed)
  signal.throwIfAborted()
  const { y, weights } = held
  const model = await trainer.fit({
    ...labelled,
    validation: { x: transformRows(recipe, held.frame, held.rows), y, ...(weights ? { weights } : {}) },
    task: train.data.task,
    classCount: train.data.classCount,
    parameters,
    seed: deriveSeed(seed, 'fit'),
    threads: request.threads ?? 1,
    report: request.report ?? (() => {}),
    signal,
    now,
  })
  const outOfFold = async () => {
    const folds = makeFolds(planFolds(train, 5).plan, train.facts, deriveSeed(seed, 'folds'))
    const options = { trainer, parameters, seed, threads: request.threads ?? 1, signal, now }
    return (await crossValidate(train.data, folds, options)).outOfFold
  }
  return { recipe, model, outOfFold }
}

async function learnElsewhere(
  learn: Learn,
  train: Table,
  held: Table['data'],
  classes: readonly string[],
): Promise<Learnt> {
  const { task, rows } = train.data
  const { recipe, model, words } = await learn({ train: rows, validation: held.rows, task, classes })
  const outOfFold = () => {
    throw new EngineError(
      'calibration',
      'Only models trained here are calibrated or given a threshold: that takes several trainings.',
      'Leave calibration and threshold out.',
    )
  }
  return { recipe, model, outOfFold, remarks: words }
}

async function learnByAutoml(
  parameters: Parameters,
  table: Table,
  request: TrainRequest,
  signal: AbortSignal,
): Promise<Learnt> {
  const { seed, now, metric, finish, report, say } = request
  const trials = Number(parameters.trials)
  const result = await runAutoml({
    table,
    ...(metric ? { metric } : {}),
    budgetMs: Number(parameters.minutes) * 60_000,
    ...(trials > 0 ? { maxTrials: trials } : {}),
    threads: request.threads ?? 1,
    seed,
    now,
    signal,
    ...(finish ? { finish } : {}),
    report: progress => {
      const value = progress.best?.value
      report?.(progress.trials, value === undefined ? {} : { [`validation_${progress.metric}`]: value })
      say?.(progress.line)
    },
  })
  const { recipe, model, outOfFold, summary, leaderboard } = result
  return { recipe, model, outOfFold: async () => outOfFold, summary, leaderboard }
}

/** Without timings: the same request must give the same bytes. */
function forBundle({ summary, leaderboard }: Learnt): Record<string, unknown> {
  return { summary, leaderboard: leaderboard?.map(({ milliseconds: _, ...row }) => row) }
}

function weighed(table: Table, mode: ClassWeights): Table {
  const { y, classCount, weights } = table.data
  const made = weighClasses(y, classCount, mode, weights)
  return made ? { ...table, data: { ...table.data, weights: made } } : table
}

/** Takes only the recipe's inputs: copying rows of unused columns would cost memory. */
function takeInputs(frame: Frame, recipe: FittedRecipe, rows: Int32Array): Frame {
  const columns = new Map(recipe.inputs.map(({ name }) => [name, requireColumn(frame, name, 'feature')]))
  return takeRows({ rows: frame.rows, columns }, rows)
}

function refuseNonFinite(predicted: Float64Array, trainer: string): void {
  if (predicted.every(Number.isFinite)) return
  throw new EngineError(
    'diverged',
    `Training “${trainer}” diverged: its predictions are no longer numbers.`,
    'Lower the learning rate, or check the features for extreme values.',
  )
}

/** The trainer reports its backend in `config.backend`, unless it is plain JavaScript. */
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
    if (values) columns[name] = summarizeColumn(values)
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
    // Uses out-of-sample rows: predictions on training rows are overconfident.
    prediction: summarizeColumn(
      regression ? { kind: 'numeric', values: predicted } : named(Array.from(truth, (_, row) => best(row))),
    ),
    target: summarizeColumn(regression ? { kind: 'numeric', values: trainTarget } : named(trainTarget)),
    metrics,
  }
}
