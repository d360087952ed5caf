import { createRandom } from '../random.ts'
import type { Metric, Scored } from './types.ts'

/** Maximum rows resampled, and the minimum with many classes. */
const MAX_ROWS = 20_000
const MIN_ROWS = 2000
/** Approximate number of cells (rows × outputs) processed over all resamples. */
const BUDGET = 3_000_000

/**
 * Bootstraps metrics over the rows: by metric the finite values of the resamples, and the value of the resampled rows.
 *
 * A resample is a weight per row (how often it was drawn), so that rows are sorted once and not per resample. Above the
 * limit a seeded part of the rows is resampled; `shrink` = √(part / rows) then scales the spread to that of all rows, which holds for every
 * statistic whose error shrinks with the root of the rows (subsampling, Politis and Romano 1994).
 */
export function bootstrap(
  metrics: readonly Metric[],
  scored: Scored,
  seed: number,
): { centers: number[]; drawn: Float64Array[]; shrink: number } {
  const rows = scored.truth.length
  const width = scored.task === 'regression' ? 1 : scored.classCount
  const random = createRandom(seed)
  const most = Math.max(MIN_ROWS, Math.min(MAX_ROWS, Math.floor(80_000 / width)))
  const part = rows > most ? takePart(scored, most, width, random.integer) : { ...scored }
  part.scratch = { arrays: new Map(), weighted: new Map() }
  const size = part.truth.length
  const resamples = size < 2 ? 0 : Math.round(Math.min(400, Math.max(60, BUDGET / (size * width))))
  const centers = metrics.map(metric => metric.compute(part))
  const drawn: number[][] = metrics.map(() => [])
  const weights = new Float64Array(size)
  for (let b = 0; b < resamples; b++) {
    weights.fill(0)
    for (let i = 0; i < size; i++) weights[random.integer(size)]!++
    if (part.weights) for (let i = 0; i < size; i++) weights[i]! *= part.weights[i]!
    const sample: Scored = { ...part, weights, scratch: { arrays: part.scratch.arrays, weighted: new Map() } }
    for (const [m, metric] of metrics.entries()) {
      const value = metric.compute(sample)
      if (Number.isFinite(value)) drawn[m]!.push(value)
    }
  }
  return { centers, drawn: drawn.map(values => Float64Array.from(values).sort()), shrink: Math.sqrt(size / rows) }
}

/** Draws `count` different rows, in their order (selection sampling, Knuth's algorithm S). */
function takePart(scored: Scored, count: number, width: number, integer: (bound: number) => number): Scored {
  const rows = scored.truth.length
  const truth = new Float64Array(count)
  const predicted = new Float64Array(count * width)
  const weights = scored.weights ? new Float64Array(count) : undefined
  for (let i = 0, taken = 0; taken < count; i++) {
    if (integer(rows - i) >= count - taken) continue
    truth[taken] = scored.truth[i]!
    for (let k = 0; k < width; k++) predicted[taken * width + k] = scored.predicted[i * width + k]!
    if (weights) weights[taken] = scored.weights![i]!
    taken++
  }
  return { task: scored.task, classCount: scored.classCount, truth, predicted, ...(weights ? { weights } : {}) }
}
