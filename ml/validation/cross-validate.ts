import { getMetric, isBetter, listMetrics, type MetricValue } from '../metrics/registry.ts'
import type { Scored } from '../metrics/types.ts'
import { deriveSeed } from '../random.ts'
import type { FittedRecipe } from '../recipe/types.ts'
import { studentQuantile } from '../statistics/distributions.ts'
import { compilePredictor } from '../trainers/predictors.ts'
import type { Model, Parameters, Trainer } from '../trainers/types.ts'
import type { Folds } from './folds.ts'
import { createFoldData, type FoldData, type LearningData, pickRows } from './learning-data.ts'

export type FitOptions = {
  trainer: Trainer
  parameters: Parameters
  seed: number
  threads: number
  signal: AbortSignal
  now: () => number
  report?: (step: number, metrics: Record<string, number>) => void
}

export type FoldResult = {
  recipe: FittedRecipe
  model: Model
  /** Of the fold's validation rows: values, or rows × classes probabilities. */
  predicted: Float64Array
  milliseconds: number
}

/**
 * Trains one model of one fold. Early stopping uses the held-out rows, which makes their metric slightly optimistic.
 * @throws the signal's reason when aborted.
 */
export async function fitFold(
  data: LearningData,
  foldData: FoldData,
  index: number,
  options: FitOptions,
): Promise<FoldResult> {
  const { trainer, parameters, seed, threads, signal, now, report } = options
  signal.throwIfAborted()
  const begun = now()
  const { recipe, train, validation } = foldData.fold(trainer.features, index)
  const model = await trainer.fit({
    ...train,
    validation,
    task: data.task,
    classCount: data.classCount,
    parameters,
    seed: deriveSeed(seed, `fit fold ${index}`),
    threads,
    report: report ?? (() => {}),
    signal,
    now,
  })
  signal.throwIfAborted()
  return { recipe, model, predicted: compilePredictor(model).predict(validation.x), milliseconds: now() - begun }
}

export const foldScored = (data: LearningData, validation: Int32Array, predicted: Float64Array): Scored => ({
  task: data.task,
  truth: Float64Array.from(validation, at => data.y[at]!),
  predicted,
  classCount: data.classCount,
})

export type CrossValidated = {
  folds: { rowsTrain: number; rowsValidation: number; metrics: Record<string, number | null>; milliseconds: number }[]
  /** Mean over the folds with a 95 % interval. */
  metrics: Record<string, MetricValue>
  /** Out-of-fold predictions, averaged over repeats. */
  outOfFold: OutOfFold
  /** Notes on how the metrics were measured. */
  words: string[]
}

/** Positions of the rows that were held out at least once, ascending, with their truth and mean prediction. */
export type OutOfFold = { positions: Int32Array; truth: Float64Array; predicted: Float64Array }

/** Trains and measures one setting on every fold. */
export async function crossValidate(data: LearningData, folds: Folds, options: FitOptions): Promise<CrossValidated> {
  const { trainer, seed } = options
  const foldData = createFoldData(data, folds.folds, seed)
  const metrics = listMetrics(data.task)
  const results: CrossValidated['folds'] = []
  const predictions: Float64Array[] = []
  for (const [index, { train, validation }] of folds.folds.entries()) {
    const { predicted, milliseconds } = await fitFold(data, foldData, index, options)
    const scored = foldScored(data, validation, predicted)
    predictions.push(predicted)
    results.push({
      rowsTrain: train.length,
      rowsValidation: validation.length,
      metrics: Object.fromEntries(metrics.map(({ id, compute }) => [id, finite(compute(scored))])),
      milliseconds,
    })
  }
  const words = [...folds.words]
  if (foldData.shared(trainer.features)) {
    words.push(
      'The levels of categories, and the bins of numbers, were determined once on all rows; neither uses the target.',
    )
  }
  return {
    folds: results,
    metrics: Object.fromEntries(
      metrics.map(({ id }) => [id, foldInterval(results.map(fold => ({ value: fold.metrics[id]!, ...fold })))]),
    ),
    outOfFold: gatherOutOfFold(data, folds.folds, predictions),
    words,
  }
}

const finite = (value: number) => (Number.isFinite(value) ? value : null)

/**
 * Mean over folds and its 95 % interval. Folds share training rows, so their spread alone would be too narrow: the variance is
 * (1/k + held/trained) s² (Nadeau and Bengio 2003). Folds for which the metric is not defined are left out.
 */
export function foldInterval(
  folds: readonly { value: number | null; rowsTrain: number; rowsValidation: number }[],
): MetricValue {
  const known = folds.filter((fold): fold is typeof fold & { value: number } => fold.value !== null)
  const k = known.length
  if (k === 0) return { value: null, low: null, high: null }
  const mean = known.reduce((sum, fold) => sum + fold.value, 0) / k
  if (k === 1) return { value: mean, low: null, high: null }
  const variance = known.reduce((sum, fold) => sum + (fold.value - mean) ** 2, 0) / (k - 1)
  const overlap = known.reduce((sum, fold) => sum + fold.rowsValidation / fold.rowsTrain, 0) / k
  const reach = studentQuantile(0.05, k - 1) * Math.sqrt((1 / k + overlap) * variance)
  return { value: mean, low: mean - reach, high: mean + reach }
}

/** @param predictions by fold, in the order of its validation rows. */
export function gatherOutOfFold(
  data: LearningData,
  folds: readonly { validation: Int32Array }[],
  predictions: readonly Float64Array[],
): OutOfFold {
  const width = data.task === 'regression' ? 1 : data.classCount
  const times = new Float64Array(data.y.length)
  for (const { validation } of folds) for (const at of validation) times[at]!++
  const positions = Int32Array.from(times.keys()).filter(at => times[at]! > 0)
  const place = new Int32Array(data.y.length)
  for (const [k, at] of positions.entries()) place[at] = k
  const predicted = new Float64Array(positions.length * width)
  for (const [f, { validation }] of folds.entries()) {
    for (const [i, at] of validation.entries()) {
      for (let k = 0; k < width; k++) predicted[place[at]! * width + k]! += predictions[f]![i * width + k]! / times[at]!
    }
  }
  return { positions, truth: Float64Array.from(positions, at => data.y[at]!), predicted }
}

/**
 * Nested cross-validation: a setting is chosen on the training rows of each outer fold alone, then measured on its held-out rows, so that
 * the
 * choice does not bias the metric.
 * @param inner makes the inner folds of an outer fold's training rows.
 */
export async function crossValidateNested(
  data: LearningData,
  outer: Folds,
  inner: (data: LearningData, fold: number) => Folds,
  candidates: readonly { trainer: Trainer; parameters: Parameters }[],
  options: Omit<FitOptions, 'trainer' | 'parameters'> & { metric: string },
): Promise<{ chosen: number[]; values: number[]; metric: MetricValue }> {
  const metric = getMetric(options.metric)
  const chosen: number[] = []
  const values: number[] = []
  for (const [fold, rows] of outer.folds.entries()) {
    const part = pickRows(data, rows.train)
    const innerFolds = inner(part, fold)
    let best = { candidate: 0, value: Number.NaN }
    for (const [candidate, setting] of candidates.entries()) {
      const { metrics } = await crossValidate(part, innerFolds, { ...options, ...setting })
      const value = metrics[metric.id]!.value ?? Number.NaN
      if (candidate === 0 || isBetter(metric, value, best.value)) best = { candidate, value }
    }
    const outerData = createFoldData(data, outer.folds, options.seed)
    const { predicted } = await fitFold(data, outerData, fold, { ...options, ...candidates[best.candidate]! })
    chosen.push(best.candidate)
    values.push(metric.compute(foldScored(data, rows.validation, predicted)))
  }
  const sizes = outer.folds.map(({ train, validation }) => ({
    rowsTrain: train.length,
    rowsValidation: validation.length,
  }))
  return { chosen, values, metric: foldInterval(values.map((value, k) => ({ value: finite(value), ...sizes[k]! }))) }
}
