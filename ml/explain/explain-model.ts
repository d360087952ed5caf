import { type Frame, takeRows } from '../frame/frame.ts'
import type { MetricValue } from '../metrics/registry.ts'
import type { Scored } from '../metrics/types.ts'
import { createRandom, deriveSeed } from '../random.ts'
import { columnOf, type PredictFrame } from './columns.ts'
import { type PartialDependence, partialDependence } from './partial-dependence.ts'
import { permutationImportance } from './permutation.ts'
import type { Importance } from './types.ts'

/** Explanation of a model: plain JSON of at most about 20 kB. */
export type Explanation = {
  metric: string
  /** Metric of the explained rows, unchanged. */
  base: MetricValue
  rows: number
  /** Permutation importance; the largest 20. */
  importances: Importance[]
  /** Number of columns measured; wide tables have more than are listed. */
  measured: number
  /** Columns not measured within the time limit. */
  skipped: number
  /** Partial dependence of the most important columns. */
  dependence: PartialDependence[]
}

const MAX_ROWS = 2000
const MAX_LISTED = 20
const DRAWN = 3

/**
 * Computes permutation importance of a model's columns on rows that were not used for training, and partial dependence of the three most
 * important ones.
 * @param rows of the frame, with their truth; a seeded sample of 2,000 if there are more.
 * @param budgetMs for the importance; the dependence takes a small additional part.
 */
export async function explainModel(request: {
  frame: Frame
  rows: Int32Array
  columns: readonly string[]
  predictFrame: PredictFrame
  scored: Pick<Scored, 'task' | 'truth' | 'classCount'>
  metric: string
  seed: number
  budgetMs: number
  signal: AbortSignal
  now(): number
}): Promise<Explanation> {
  const { predictFrame, columns, seed, signal, now } = request
  const { task, classCount } = request.scored
  const all = Int32Array.from(request.rows, (_, i) => i)
  const chosen =
    all.length <= MAX_ROWS
      ? all
      : createRandom(deriveSeed(seed, 'explained rows')).shuffle(all).slice(0, MAX_ROWS).sort()
  const narrow = {
    rows: request.frame.rows,
    columns: new Map(columns.map(name => [name, columnOf(request.frame, name)])),
  }
  const frame = takeRows(
    narrow,
    Int32Array.from(chosen, i => request.rows[i]!),
  )
  const truth = Float64Array.from(chosen, i => request.scored.truth[i]!)
  const { base, importances, skipped } = await permutationImportance({
    frame,
    columns,
    predictFrame,
    scored: { task, truth, classCount },
    metric: request.metric,
    repeats: 3,
    seed,
    budgetMs: request.budgetMs,
    signal,
    now,
  })
  const width = task === 'regression' ? 1 : classCount
  const dependence = importances
    .filter(importance => importance.value > 0)
    .slice(0, DRAWN)
    .map(({ name }) => partialDependence(frame, name, predictFrame, width, { rows: 300, curves: 30, seed }))
  return {
    metric: request.metric,
    base,
    rows: frame.rows,
    importances: importances.slice(0, MAX_LISTED),
    measured: importances.length,
    skipped: skipped.length,
    dependence,
  }
}
