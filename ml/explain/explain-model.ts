import { type Frame, takeRows } from '../frame/frame.ts'
import type { MetricValue } from '../metrics/registry.ts'
import type { Scored } from '../metrics/types.ts'
import { createRandom, deriveSeed } from '../random.ts'
import { columnOf, type PredictFrame } from './columns.ts'
import { type PartialDependence, partialDependence } from './partial-dependence.ts'
import { permutationImportance } from './permutation.ts'
import type { Importance } from './types.ts'

/** Plain JSON, at most some 20 kB: what a model goes by. */
export type Explanation = {
  metric: string
  /** Of the rows explained, as they are. */
  base: MetricValue
  rows: number
  /** By permutation; the largest 20. */
  importances: Importance[]
  /** Columns measured; more than are listed where a table is wide. */
  measured: number
  /** Columns not reached in the time allowed. */
  skipped: number
  /** Of the most important columns. */
  dependence: PartialDependence[]
}

const MAX_ROWS = 2000
const MAX_LISTED = 20
const DRAWN = 3

/**
 * Permutation importance of a model's columns on rows it has not been trained on, and partial dependence of the three that matter most.
 * @param rows of the frame, with their truth; a seeded 2,000 of more.
 * @param budgetMs for the importance; the dependence takes a small part of that again.
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
