import { createRandom, deriveSeed, type Random } from '../random.ts'
import { symmetricEigen } from './eigen.ts'
import { compareRows, isFinished, type Row, type Study } from './history.ts'
import { atShare, shareOf } from './space.ts'
import { sampleTpe } from './tpe.ts'

/** Width of the initial distribution as a share of each range. */
const SIGMA = 0.25
/** A distribution narrower than this share of the ranges has converged: restart with more points. */
const CONVERGED = 1e-9

/** A normal distribution over the unit cube that moves towards good points; matrices are row-major n × n. */
type Evolution = {
  lambda: number
  mean: Float64Array
  sigma: number
  covariance: Float64Array
  /** Eigenvectors as columns, and roots of the eigenvalues. */
  axes: Float64Array
  lengths: Float64Array
  pathSigma: Float64Array
  pathC: Float64Array
  generation: number
}

/**
 * CMA-ES (N. Hansen, 2016, "The CMA Evolution Strategy: A Tutorial", without negative weights) over the unconditional numeric dimensions;
 * choices and conditional dimensions are sampled by TPE. The distribution is rebuilt from the history: after the random start every λ
 * finished
 * trials in the order of their numbers form a generation, independent of the sampler that suggested them. Restarts with a doubled λ after
 * convergence (IPOP).
 */
export function sampleCmaEs(study: Study): Float64Array {
  const { space, rows, random, options } = study
  const numeric = space.dimensions.flatMap(({ kind, condition, low, high }, d) =>
    kind !== 'categorical' && !condition && low < high ? [d] : [],
  )
  const startup = options.startup ?? populationSize(numeric.length)
  const finished = rows.filter(row => isFinished(row) && numeric.every(d => !Number.isNaN(row.point[d]!)))
  if (numeric.length === 0 || finished.length < Math.max(1, startup)) return sampleTpe(study)
  const shares = (row: Row) => Float64Array.from(numeric, d => shareOf(space.dimensions[d]!, row.point[d]!))
  // At least half a step, otherwise integers would stop changing.
  const least = Float64Array.from(numeric, d => {
    const { low, high, step } = space.dimensions[d]!
    return step > 0 ? (0.5 * step) / (high - low + step) : 0
  })
  const first = finished.slice(0, Math.max(1, startup)).sort(compareRows)[0]!
  let evolution = begin(shares(first), populationSize(numeric.length), least)
  let restarts = 0
  for (let at = Math.max(1, startup); at + evolution.lambda <= finished.length; ) {
    const generation = finished.slice(at, at + evolution.lambda).sort(compareRows)
    at += evolution.lambda
    update(evolution, generation.map(shares), least)
    if (evolution.sigma * Math.max(...evolution.lengths) < CONVERGED || !Number.isFinite(evolution.sigma)) {
      const restart = createRandom(deriveSeed(options.seed, `restart ${++restarts}`))
      const mean = Float64Array.from(numeric, () => restart.next())
      evolution = begin(mean, evolution.lambda * 2, least)
    }
  }
  const drawn = draw(evolution, random)
  const point = numeric.length === space.dimensions.length ? new Float64Array(numeric.length) : sampleTpe(study)
  for (const [i, d] of numeric.entries()) point[d] = atShare(space.dimensions[d]!, drawn[i]!)
  return point
}

const populationSize = (n: number) => 4 + Math.floor(3 * Math.log(Math.max(1, n)))

function begin(mean: Float64Array, lambda: number, least: Float64Array): Evolution {
  const n = mean.length
  const covariance = new Float64Array(n * n)
  for (let i = 0; i < n; i++) covariance[i * n + i] = 1
  const pathSigma = new Float64Array(n)
  const pathC = new Float64Array(n)
  const [axes, lengths] = [covariance.slice(), new Float64Array(n).fill(1)]
  const evolution = { lambda, mean, sigma: SIGMA, covariance, axes, lengths, pathSigma, pathC, generation: 0 }
  widen(evolution, least)
  return evolution
}

/** Weights of the better half and the learning rates, all from n and λ (table 1 of the tutorial). */
function strategy(n: number, lambda: number) {
  const mu = Math.floor(lambda / 2)
  const raw = Array.from({ length: mu }, (_, i) => Math.log((lambda + 1) / 2) - Math.log(i + 1))
  const sum = raw.reduce((a, b) => a + b, 0)
  const weights = raw.map(w => w / sum)
  const muEff = 1 / weights.reduce((a, w) => a + w * w, 0)
  const cSigma = (muEff + 2) / (n + muEff + 5)
  const c1 = 2 / ((n + 1.3) ** 2 + muEff)
  return {
    weights,
    muEff,
    cSigma,
    dSigma: 1 + 2 * Math.max(0, Math.sqrt((muEff - 1) / (n + 1)) - 1) + cSigma,
    cC: (4 + muEff / n) / (n + 4 + (2 * muEff) / n),
    c1,
    cMu: Math.min(1 - c1, (2 * (muEff - 2 + 1 / muEff)) / ((n + 2) ** 2 + muEff)),
    chi: Math.sqrt(n) * (1 - 1 / (4 * n) + 1 / (21 * n * n)),
  }
}

/** One generation; `points` best first. */
function update(evolution: Evolution, points: readonly Float64Array[], least: Float64Array): void {
  const { mean, sigma, covariance, pathSigma, pathC, lambda } = evolution
  const n = mean.length
  const { weights, muEff, cSigma, dSigma, cC, c1, cMu, chi } = strategy(n, lambda)
  // Points of other samplers or of an older distribution may be far away: their pull is limited to a long step (N. Hansen, 2011).
  const longest = Math.sqrt(n) + (2 * n) / (n + 2)
  const steps = weights.map((_, i) => {
    const step = points[i]!.map((x, d) => (x - mean[d]!) / sigma)
    const length = Math.hypot(...whiten(evolution, step))
    return length > longest ? step.map(v => (v * longest) / length) : step
  })
  const mid = new Float64Array(n)
  for (const [i, step] of steps.entries()) for (let d = 0; d < n; d++) mid[d]! += weights[i]! * step[d]!
  const whitened = whiten(evolution, mid)
  for (let d = 0; d < n; d++) {
    mean[d] = Math.min(1, Math.max(0, mean[d]! + sigma * mid[d]!))
    pathSigma[d] = (1 - cSigma) * pathSigma[d]! + Math.sqrt(cSigma * (2 - cSigma) * muEff) * whitened[d]!
  }
  const length = Math.hypot(...pathSigma)
  evolution.generation++
  const settled = Math.sqrt(1 - (1 - cSigma) ** (2 * evolution.generation))
  const moving = length / settled < (1.4 + 2 / (n + 1)) * chi ? 1 : 0
  for (let d = 0; d < n; d++) pathC[d] = (1 - cC) * pathC[d]! + moving * Math.sqrt(cC * (2 - cC) * muEff) * mid[d]!
  const keep = 1 - c1 - cMu + (1 - moving) * c1 * cC * (2 - cC)
  for (let i = 0; i < n; i++)
    for (let j = 0; j < n; j++) {
      let rankMu = 0
      for (const [k, step] of steps.entries()) rankMu += weights[k]! * step[i]! * step[j]!
      covariance[i * n + j] = keep * covariance[i * n + j]! + c1 * pathC[i]! * pathC[j]! + cMu * rankMu
    }
  // A distribution wider than the cube would only sample its boundary.
  evolution.sigma = Math.min(1, sigma * Math.exp((cSigma / dSigma) * (length / chi - 1)))
  widen(evolution, least)
}

/** Keeps the deviation of each dimension above its minimum, then decomposes the covariance. */
function widen(evolution: Evolution, least: Float64Array): void {
  const { covariance, sigma } = evolution
  const n = least.length
  for (let d = 0; d < n; d++) covariance[d * n + d] = Math.max(covariance[d * n + d]!, (least[d]! / sigma) ** 2, 1e-20)
  const { values, vectors } = symmetricEigen(covariance, n)
  evolution.axes = vectors
  evolution.lengths = values.map(value => Math.sqrt(Math.max(value, 1e-20)))
}

/** C^(−1/2) · step. */
function whiten({ axes, lengths }: Evolution, step: Float64Array): Float64Array {
  const n = step.length
  const out = new Float64Array(n)
  for (let k = 0; k < n; k++) {
    let along = 0
    for (let d = 0; d < n; d++) along += axes[d * n + k]! * step[d]!
    for (let d = 0; d < n; d++) out[d]! += (axes[d * n + k]! * along) / lengths[k]!
  }
  return out
}

/** Draws a point of the unit cube: redrawn while outside, finally clipped to the boundary. */
function draw({ mean, sigma, axes, lengths }: Evolution, random: Random): Float64Array {
  const n = mean.length
  let point = mean
  for (let attempt = 0; attempt < 10; attempt++) {
    const z = Float64Array.from(lengths, length => length * random.normal())
    point = mean.map((m, d) => {
      let along = 0
      for (let k = 0; k < n; k++) along += axes[d * n + k]! * z[k]!
      return m + sigma * along
    })
    if (point.every(x => x >= 0 && x <= 1)) break
  }
  return point.map(x => Math.min(1, Math.max(0, x)))
}
