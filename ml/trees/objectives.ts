import { EngineError } from '../errors.ts'
import { weightedMedian, weightSum } from '../trainers/statistics.ts'
import type { Task } from '../trainers/types.ts'
import type { Link } from './model.ts'
import { weightedQuantile } from './quantile.ts'

/** Codes of kernels/growing/gradients.as. */
const CODES = { squared: 0, absolute: 1, huber: 2, quantile: 3, poisson: 4, logistic: 5, softmax: 6 } as const
export type ObjectiveName = keyof typeof CODES

/** The loss that boosting minimizes, with the target shifted and scaled to suit single precision: y = base + unit · target. */
export type Objective = {
  code: number
  link: Link
  /** Scores a row has. */
  scores: number
  base: number[]
  unit: number
  targets: Float32Array
  /** Parameter of the loss: Huber's delta in units of the target, or the quantile. */
  extra: number
  /** Leaf values are this quantile of their rows' residuals. */
  renewal?: number
  /** Loss of the kernels → loss as reported. */
  lossUnit: number
}

type Problem = { y: Float64Array; weights?: Float64Array; task: Task; classCount: number }
export type ObjectiveParameters = { objective: string; quantile: number; huberShare: number }

/** Shares outside these limits would give infinite scores for a class that never or always occurs. */
const SHARE = 1e-6

/** @throws EngineError `target` when Poisson meets a negative target */
export function createObjective(problem: Problem, parameters: ObjectiveParameters): Objective {
  const { y, weights, task, classCount } = problem
  const total = weightSum(y.length, weights)
  if (task !== 'regression') {
    const shares = new Float64Array(classCount)
    for (let i = 0; i < y.length; i++) shares[y[i]!]! += (weights?.[i] ?? 1) / total
    const bounded = [...shares].map(share => Math.min(1 - SHARE, Math.max(SHARE, share)))
    const common = { unit: 1, extra: 0, lossUnit: 1, targets: new Float32Array(y) }
    if (task === 'binary') {
      const base = [Math.log(bounded[1]! / (1 - bounded[1]!))]
      return { ...common, code: CODES.logistic, link: 'logistic', scores: 1, base }
    }
    return { ...common, code: CODES.softmax, link: 'softmax', scores: classCount, base: bounded.map(Math.log) }
  }
  const name = parameters.objective as ObjectiveName
  let mean = 0
  for (let i = 0; i < y.length; i++) mean += y[i]! * ((weights?.[i] ?? 1) / total)
  if (name === 'poisson') {
    if (y.some(value => value < 0)) {
      throw new EngineError(
        'target',
        'The Poisson objective needs targets of at least 0, and some are negative.',
        'Choose the squared objective, or correct the target.',
      )
    }
    const base = [Math.log(Math.max(mean, 1e-9))]
    const common = { code: CODES.poisson, link: 'exp', scores: 1, unit: 1, extra: 0, lossUnit: 1 } as const
    return { ...common, base, targets: new Float32Array(y) }
  }
  const start =
    name === 'squared'
      ? mean
      : name === 'quantile'
        ? weightedQuantile(Float64Array.from(y), weights && Float64Array.from(weights), parameters.quantile)
        : weightedMedian(y, weights)
  let variance = 0
  for (let i = 0; i < y.length; i++) variance += (y[i]! - start) ** 2 * ((weights?.[i] ?? 1) / total)
  const unit = variance > 0 && Number.isFinite(variance) ? 2 ** Math.round(Math.log2(Math.sqrt(variance))) : 1
  const targets = scaled(y, start, unit)
  const delta = () =>
    weightedQuantile(
      Float64Array.from(targets, Math.abs),
      weights && Float64Array.from(weights),
      parameters.huberShare,
    ) || 1
  return {
    code: CODES[name],
    link: 'identity',
    scores: 1,
    base: [start],
    unit,
    targets,
    extra: name === 'huber' ? delta() : parameters.quantile,
    ...(name === 'absolute' ? { renewal: 0.5 } : name === 'quantile' ? { renewal: parameters.quantile } : {}),
    lossUnit: name === 'squared' ? 2 * unit * unit : name === 'huber' ? unit * unit : unit,
  }
}

/** Targets of other rows (validation) on the same scale. */
export function scaleTargets(objective: Objective, y: Float64Array): Float32Array {
  if (objective.link !== 'identity') return new Float32Array(y)
  return scaled(y, objective.base[0]!, objective.unit)
}

function scaled(y: Float64Array, start: number, unit: number): Float32Array {
  const targets = new Float32Array(y.length)
  for (let i = 0; i < y.length; i++) targets[i] = (y[i]! - start) / unit
  return targets
}
