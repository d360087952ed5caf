import type { Random } from '../random.ts'
import {
  conditionProcess,
  fitHyperparameters,
  type GaussianProcess,
  predictProcess,
  smoothed,
} from './gaussian-process.ts'
import { compareRows, isFinished, type Row, type Study } from './history.ts'
import { normalCdf } from './normal.ts'
import { atShare, completePoint, exists, type Space, shareOf } from './space.ts'
import { sampleStartup } from './startup.ts'

/** Number of points the process is conditioned on, and of those used to fit its length scales: the best and the latest. */
const POINTS = 160
const LEARNT = 50
const ITERATIONS = 25

/**
 * Bayesian optimization: the point with the greatest expected improvement under a Gaussian process. Best for some hundred expensive trials
 * in
 * up to a dozen dimensions, milliseconds per suggestion. Running trials count as their predicted value, so that parallel workers spread
 * out.
 */
export function sampleGp(study: Study): Float64Array {
  const { space, rows, random, options } = study
  const finished = rows.filter(isFinished)
  const startup = options.startup ?? Math.max(4, Math.min(10, space.dimensions.length + 3))
  const known = finished.filter(row => complete(space, row.point))
  if (known.length < startup || !known.some(row => Number.isFinite(row.loss))) return sampleStartup(study, startup)
  const free = space.dimensions.flatMap(({ low, high }, d) => (low < high ? [d] : []))
  const categorical = free.map(d => space.dimensions[d]!.kind === 'categorical')
  const coordinates = (point: Float64Array) => {
    const own = new Float64Array(free.length)
    for (let k = 0; k < own.length; k++) {
      const code = point[free[k]!]!
      own[k] = categorical[k] ? code : shareOf(space.dimensions[free[k]!]!, code)
    }
    return own
  }
  const chosen = selectMostUseful(known, POINTS)
  const values = warp(chosen)
  const points = chosen.map(row => coordinates(row.point))
  const few = selectMostUseful(chosen, LEARNT).map(row => chosen.indexOf(row))
  const learned = Float64Array.from(few, i => values[i]!)
  const hyperparameters = fitHyperparameters(
    few.map(i => points[i]!),
    learned,
    categorical,
    ITERATIONS,
  )
  let process = conditionProcess(points, values, categorical, hyperparameters)
  // The lowest predicted value, not the luckiest measurement.
  const incumbent = smoothed(process, values).reduce((best, v) => Math.min(best, v), Number.POSITIVE_INFINITY)
  const running = rows
    .filter(row => row.state === 'running' && complete(space, row.point))
    .map(row => coordinates(row.point))
  if (running.length > 0) {
    const believed = running.map(point => predictProcess(process, point).mean)
    process = conditionProcess(
      [...points, ...running],
      Float64Array.from([...values, ...believed]),
      categorical,
      hyperparameters,
    )
  }
  const score = (point: Float64Array) => logImprovement(process, coordinates(point), incumbent)
  return climb(space, [...chosen].sort(compareRows).slice(0, 5), score, random)
}

const complete = (space: Space, point: Float64Array) =>
  space.dimensions.every((_, d) => exists(space, d, point) !== Number.isNaN(point[d]!))

/** Half of the allowed number from the best, the rest from the latest. */
function selectMostUseful(rows: readonly Row[], count: number): Row[] {
  if (rows.length <= count) return [...rows]
  const best = new Set([...rows].sort(compareRows).slice(0, count >> 1))
  for (let i = rows.length - 1; best.size < count; i--) best.add(rows[i]!)
  return rows.filter(row => best.has(row))
}

/**
 * Losses with mean 0 and deviation 1. Far above the median their logarithm is used: differences between bad trials are not worth modeling.
 * Pruned trials are at least as bad as the median, those without a value as the worst.
 */
function warp(rows: readonly Row[]): Float64Array {
  const finite = rows.filter(row => row.state === 'complete' && Number.isFinite(row.loss)).map(row => row.loss)
  const sorted = (finite.length > 0 ? finite : rows.map(row => row.loss).filter(Number.isFinite)).sort((a, b) => a - b)
  const [least, median, worst] = [sorted[0]!, sorted[sorted.length >> 1]!, sorted.at(-1)!]
  const scale = median - least || worst - least || 1
  const bent = rows.map(({ state, loss }) => {
    const value = Number.isFinite(loss) ? (state === 'pruned' ? Math.max(loss, median) : loss) : worst
    const z = (value - median) / scale
    return z > 0 ? Math.log1p(z) : z
  })
  const mean = bent.reduce((sum, z) => sum + z, 0) / bent.length
  const deviation = Math.sqrt(bent.reduce((sum, z) => sum + (z - mean) ** 2, 0) / bent.length) || 1
  return Float64Array.from(bent, z => (z - mean) / deviation)
}

/** Log of the expected improvement, accurate where the improvement itself underflows (S. Ament et al., 2023). */
function logImprovement(process: GaussianProcess, point: Float64Array, incumbent: number): number {
  const { mean, deviation } = predictProcess(process, point)
  const z = (incumbent - mean) / deviation
  const density = Math.exp(-0.5 * z * z) / Math.sqrt(2 * Math.PI)
  if (z > -5) return Math.log(density + z * normalCdf(z)) + Math.log(deviation)
  // φ(z) + zΦ(z) → φ(z) / z² (1 − 3/z²) far to the left.
  return -0.5 * z * z - 0.5 * Math.log(2 * Math.PI) - 2 * Math.log(-z) + Math.log1p(-3 / (z * z)) + Math.log(deviation)
}

/** Returns the best of random points and of points around good trials, refined by shrinking random steps from the best few. */
function climb(
  space: Space,
  good: readonly Row[],
  score: (point: Float64Array) => number,
  random: Random,
): Float64Array {
  const blank = () => new Float64Array(space.dimensions.length).fill(Number.NaN)
  const starts = Array.from({ length: 100 }, () => completePoint(space, blank(), random))
  for (const row of good)
    for (let k = 0; k < 10; k++) starts.push(vary(space, row.point, 10 ** (-1 - (k % 3)), 0.5, random))
  const ranked = starts.map(point => ({ point, score: score(point) })).sort((a, b) => b.score - a.score)
  let winner = ranked[0]!
  for (let start of ranked.slice(0, 4)) {
    let width = 0.1
    for (let step = 0; step < 50; step++) {
      const point = vary(space, start.point, width, step % 2 ? 0.4 : 1, random)
      const own = score(point)
      if (own > start.score) start = { point, score: own }
      width *= own >= start.score ? 1.2 : 0.9
    }
    if (start.score > winner.score) winner = start
  }
  return winner.point
}

/** Returns a nearby point: each dimension changes with the given probability, numbers by a normal step of this share of their range. */
function vary(space: Space, point: Float64Array, width: number, probability: number, random: Random): Float64Array {
  const next = point.slice()
  for (const [d, dimension] of space.dimensions.entries()) {
    const move = random.next() < probability
    const step = random.normal()
    if (!move || Number.isNaN(next[d]!)) continue
    if (dimension.kind === 'categorical') {
      if (random.next() < 0.3) next[d] = random.integer(dimension.choices.length)
    } else {
      const share = shareOf(dimension, next[d]!) + width * step
      next[d] = atShare(dimension, Math.min(1, Math.max(0, share)))
    }
  }
  return completePoint(space, next, random)
}
