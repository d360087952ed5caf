import type { Frame } from '../frame/frame.ts'
import { takeColumnRows } from '../frame/frame.ts'
import { getMetric, type MetricValue, measure } from '../metrics/registry.ts'
import type { Scored } from '../metrics/types.ts'
import { createRandom, deriveSeed } from '../random.ts'
import { studentQuantile } from '../statistics/distributions.ts'
import { createYielder } from '../trainers/types.ts'
import { columnOf, type PredictFrame, withColumns } from './columns.ts'
import type { Importance } from './types.ts'

/** One column, or several that are shuffled together under one name (a date and its parts, correlated columns). */
export type PermutationGroup = { name: string; columns: readonly string[] }

export type PermutationRequest = {
  /** Rows that were not used for training, with every column the model reads. */
  frame: Frame
  columns: readonly (string | PermutationGroup)[]
  predictFrame: PredictFrame
  /** True values of the rows; predictions are computed here. */
  scored: Omit<Scored, 'predicted' | 'scratch'>
  metric: string
  /** Shuffles per column; default 5. */
  repeats?: number
  seed: number
  /** Columns not reached within this time are skipped and listed. Default: no limit. */
  budgetMs?: number
  signal: AbortSignal
  now(): number
}

export type PermutationResult = {
  metric: string
  /** Metric of the unchanged rows. */
  base: MetricValue
  repeats: number
  rows: number
  /** Largest first. `value`: how much worse the metric gets without the column, in the metric's unit. */
  importances: Importance[]
  /** Columns skipped because the time was over, or because the metric is not defined on these rows. */
  skipped: string[]
}

/**
 * Computes permutation importance (Breiman 2001; Fisher, Rudin and Dominici 2019): how much worse the metric gets when a column's cells are
 * shuffled among the rows. The interval is that of the mean over shuffles (Student's t); it does not cover other rows.
 */
export async function permutationImportance(request: PermutationRequest): Promise<PermutationResult> {
  const { frame, predictFrame, scored, seed, now, signal } = request
  const metric = getMetric(request.metric)
  const repeats = Math.max(1, request.repeats ?? 5)
  const yieldIfDue = createYielder({ now, signal })
  const started = now()
  const measured = (rows: Frame) => measure(metric, { ...scored, predicted: predictFrame(rows) }).value
  const base = measure(metric, { ...scored, predicted: predictFrame(frame) })
  const importances: Importance[] = []
  const skipped: string[] = []
  for (const each of request.columns) {
    const group: PermutationGroup = typeof each === 'string' ? { name: each, columns: [each] } : each
    const columns = group.columns.map(name => columnOf(frame, name))
    if (base.value === null || now() - started > (request.budgetMs ?? Number.POSITIVE_INFINITY)) {
      skipped.push(group.name)
      continue
    }
    // Seeded by the column name, so that the result does not depend on the set of columns.
    const random = createRandom(deriveSeed(seed, `permutation ${group.name}`))
    const drops: number[] = []
    for (let r = 0; r < repeats; r++) {
      await yieldIfDue()
      const order = random.shuffle(Int32Array.from({ length: frame.rows }, (_, i) => i))
      const shuffled = withColumns(
        frame,
        columns.map(column => takeColumnRows(column, order)),
      )
      const value = measured(shuffled)
      if (value !== null) drops.push(metric.direction === 'maximize' ? base.value - value : value - base.value)
    }
    if (drops.length === 0) skipped.push(group.name)
    else importances.push({ name: group.name, ...meanWithInterval(drops) })
  }
  importances.sort((a, b) => b.value - a.value || (a.name < b.name ? -1 : 1))
  return { metric: metric.id, base, repeats, rows: frame.rows, importances, skipped }
}

function meanWithInterval(values: readonly number[]): { value: number; low?: number; high?: number } {
  const count = values.length
  const value = values.reduce((sum, each) => sum + each, 0) / count
  if (count < 2) return { value }
  const variance = values.reduce((sum, each) => sum + (each - value) ** 2, 0) / (count - 1)
  const half = studentQuantile(0.05, count - 1) * Math.sqrt(variance / count)
  return { value, low: value - half, high: value + half }
}
