import type { Metric, Scored } from './types.ts'

function meanOf(scored: Scored, term: (truth: number, predicted: number) => number): number {
  const { truth, predicted } = scored
  let sum = 0
  for (let i = 0; i < truth.length; i++) sum += term(truth[i]!, predicted[i]!)
  return sum / truth.length
}

function medianAbsoluteError({ truth, predicted }: Scored): number {
  const errors = Float64Array.from(truth, (value, i) => Math.abs(value - predicted[i]!)).sort()
  const middle = errors.length >> 1
  if (errors.length === 0) return Number.NaN
  return errors.length % 2 === 1 ? errors[middle]! : (errors[middle - 1]! + errors[middle]!) / 2
}

/** As scikit-learn: of a constant truth 1 when perfect, else 0. */
function rSquared(scored: Scored): number {
  const mean = meanOf(scored, truth => truth)
  const residual = meanOf(scored, (truth, predicted) => (truth - predicted) ** 2)
  const total = meanOf(scored, truth => (truth - mean) ** 2)
  if (total === 0) return residual === 0 ? 1 : 0
  return 1 - residual / total
}

const base = { tasks: ['regression'], direction: 'minimise', range: [0, null] } satisfies Partial<Metric>

export const regressionMetrics: Metric[] = [
  {
    ...base,
    id: 'rmse',
    label: 'RMSE',
    help: 'Typical error in the unit of the target; large errors weigh more.',
    unit: 'target',
    compute: scored => Math.sqrt(meanOf(scored, (truth, predicted) => (truth - predicted) ** 2)),
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
    direction: 'maximise',
    range: [null, 1],
    unit: 'none',
    compute: rSquared,
  },
]
