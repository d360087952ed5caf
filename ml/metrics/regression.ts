import { ascendingOrder } from './order.ts'
import { type Metric, remember, type Scored, totalWeight } from './types.ts'

function meanOf(scored: Scored, term: (truth: number, predicted: number) => number): number {
  const { truth, predicted, weights } = scored
  let sum = 0
  if (weights) for (let i = 0; i < truth.length; i++) sum += weights[i]! * term(truth[i]!, predicted[i]!)
  else for (let i = 0; i < truth.length; i++) sum += term(truth[i]!, predicted[i]!)
  return sum / totalWeight(scored)
}

/** Returns the weighted median; if two values split the weight exactly, their mean (as in scikit-learn). */
function medianAbsoluteError(scored: Scored): number {
  const { truth, predicted, weights } = scored
  const errors = () => {
    const absolute = new Float64Array(truth.length)
    for (let i = 0; i < absolute.length; i++) absolute[i] = Math.abs(truth[i]! - predicted[i]!)
    return absolute
  }
  if (!weights) {
    const sorted = errors().sort()
    const middle = sorted.length >> 1
    if (sorted.length === 0) return Number.NaN
    return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2
  }
  const { values, order } = remember(scored, 'arrays', 'absolute errors', () => {
    const made = errors()
    return { values: made, order: ascendingOrder(made) }
  })
  const half = totalWeight(scored) / 2
  let reached = 0
  for (let k = 0; k < order.length; k++) {
    const weight = weights[order[k]!]!
    reached += weight
    if (weight === 0 || reached < half) continue
    const value = values[order[k]!]!
    if (reached - half > Number.EPSILON) return value
    let next = k + 1
    while (next < order.length && weights[order[next]!] === 0) next++
    return next < order.length ? (value + values[order[next]!]!) / 2 : value
  }
  return Number.NaN
}

/** Largest absolute error of the rows that count. */
function maxError({ truth, predicted, weights }: Scored): number {
  let largest = truth.length === 0 ? Number.NaN : 0
  for (let i = 0; i < truth.length; i++) {
    if (!weights || weights[i]! > 0) largest = Math.max(largest, Math.abs(truth[i]! - predicted[i]!))
  }
  return largest
}

/** 1 − residual / total. As in scikit-learn: for a constant truth 1 when perfect, otherwise 0. */
function explained(scored: Scored, left: number): number {
  const mean = meanOf(scored, truth => truth)
  const total = meanOf(scored, truth => (truth - mean) ** 2)
  if (total === 0) return left === 0 ? 1 : 0
  return 1 - left / total
}

const rSquared = (scored: Scored) => explained(scored, squaredError(scored))
const squaredError = (scored: Scored) => meanOf(scored, (truth, predicted) => (truth - predicted) ** 2)

/** R² after the mean error is taken away. */
function explainedVariance(scored: Scored): number {
  const bias = meanOf(scored, (truth, predicted) => truth - predicted)
  return explained(
    scored,
    meanOf(scored, (truth, predicted) => (truth - predicted - bias) ** 2),
  )
}

/** Loss of the α-quantile (Koenker and Bassett 1978). */
const pinball = (alpha: number) => (scored: Scored) =>
  meanOf(scored, (truth, predicted) => (truth >= predicted ? alpha : alpha - 1) * (truth - predicted))

/** Mean Poisson deviance 2·(y ln(y/μ) − y + μ); NaN with a negative truth or a prediction that is not positive. */
function poissonDeviance(scored: Scored): number {
  const { truth, predicted } = scored
  for (let i = 0; i < truth.length; i++) if (!(truth[i]! >= 0 && predicted[i]! > 0)) return Number.NaN
  return meanOf(scored, (y, mean) => 2 * ((y === 0 ? 0 : y * Math.log(y / mean)) - y + mean))
}

const base = { tasks: ['regression'], direction: 'minimize', range: [0, null] } satisfies Partial<Metric>

export const regressionMetrics: Metric[] = [
  {
    ...base,
    id: 'rmse',
    label: 'RMSE',
    help: 'Typical error in the unit of the target; large errors weigh more.',
    unit: 'target',
    compute: scored => Math.sqrt(squaredError(scored)),
  },
  {
    ...base,
    id: 'mae',
    label: 'MAE',
    help: 'Average absolute error, in the unit of the target.',
    unit: 'target',
    compute: scored => meanOf(scored, (truth, predicted) => Math.abs(truth - predicted)),
  },
  {
    ...base,
    id: 'medae',
    label: 'Median absolute error',
    help: 'Half of the errors are smaller than this.',
    unit: 'target',
    compute: medianAbsoluteError,
  },
  {
    ...base,
    id: 'max_error',
    label: 'Largest error',
    help: 'The worst absolute error of all rows.',
    unit: 'target',
    compute: maxError,
  },
  {
    ...base,
    id: 'mape',
    label: 'MAPE',
    help: 'Average error as a share of the true value; useless when true values are near zero.',
    unit: 'share',
    compute: scored =>
      meanOf(scored, (truth, predicted) => Math.abs(truth - predicted) / Math.max(Math.abs(truth), Number.EPSILON)),
  },
  {
    ...base,
    id: 'smape',
    label: 'sMAPE',
    help: 'Average error as a share of the mean of true and predicted size, at most 200 %.',
    range: [0, 2],
    unit: 'share',
    compute: scored =>
      meanOf(scored, (truth, predicted) => {
        const size = Math.abs(truth) + Math.abs(predicted)
        return size === 0 ? 0 : (2 * Math.abs(truth - predicted)) / size
      }),
  },
  {
    ...base,
    id: 'r2',
    label: 'R²',
    help: 'Share of the target’s variance explained; 0 is no better than the mean.',
    direction: 'maximize',
    range: [null, 1],
    unit: 'none',
    compute: rSquared,
  },
  {
    ...base,
    id: 'explained_variance',
    label: 'Explained variance',
    help: 'As R², but a constant error in all rows costs nothing.',
    direction: 'maximize',
    range: [null, 1],
    unit: 'none',
    compute: explainedVariance,
  },
  ...[10, 90].map(
    (percent): Metric => ({
      ...base,
      id: `pinball_${percent}`,
      label: `Pinball loss (${percent} %)`,
      help: `Loss of a prediction meant to lie above ${percent} % of the true values.`,
      unit: 'target',
      compute: pinball(percent / 100),
    }),
  ),
  {
    ...base,
    id: 'poisson_deviance',
    label: 'Poisson deviance',
    help: 'Error for counts: being off by one matters more where few are expected.',
    unit: 'none',
    compute: poissonDeviance,
    undefinedWhen: 'It needs true values of 0 or more and predictions above 0.',
  },
]
