import { replaceCells, slotOf } from '../program.ts'
import {
  meanAndDeviation,
  normalQuantile,
  presentOf,
  quantileOf,
  selectQuantiles,
  sortedPresent,
} from '../statistics.ts'
import { type Fitted, listNames, type Step, shortNumber } from './step.ts'

/** Number of quantiles kept: ranks are accurate to 1 %, with interpolation between them. */
const QUANTILES = 100

export const scale: Step<'scale'> & Fitted<'scale'> = {
  takes: ['number', 'boolean'],
  explain(step) {
    const columns = listNames(step.columns)
    return {
      standard: `${columns}: shifted and stretched to mean 0 and deviation 1, so that no column weighs more for its unit.`,
      robust: `${columns}: shifted by the median and divided by the interquartile range, so that outliers do not set the scale.`,
      'min-max': `${columns}: stretched to 0 to 1 over the training rows.`,
      quantile: `${columns}: replaced by the rank among the training rows, ${step.to === 'normal' ? 'as places of a normal distribution' : '0 to 1'}.`,
    }[step.method]
  },
  effect: () => ({}),
  fit(step, [slot], training) {
    const column = slot!.name
    const cells = training.numbers(slot!)
    if (step.method === 'standard') {
      const { mean, deviation } = meanAndDeviation(cells)
      return [{ step: 'scale', column, mean, deviation: deviation > 0 ? deviation : 1 }]
    }
    if (step.method === 'quantile') {
      const sorted = sortedPresent(cells)
      const kept = Math.min(QUANTILES, Math.max(sorted.length, 1))
      const quantiles = Array.from({ length: kept }, (_, k) =>
        sorted.length === 0 ? 0 : quantileOf(sorted, kept === 1 ? 0 : k / (kept - 1)),
      )
      return [{ step: 'scale', column, quantiles, to: step.to ?? 'uniform' }]
    }
    const present = presentOf(cells)
    if (present.length === 0) return [{ step: 'scale', column, mean: 0, deviation: 1 }]
    const shares = step.method === 'min-max' ? [0, 0, 1] : [0.5, 0.25, 0.75]
    const [mean, low, high] = selectQuantiles(present, shares) as [number, number, number]
    return [{ step: 'scale', column, mean, deviation: high > low ? high - low : 1 }]
  },
  describe: step =>
    'quantiles' in step
      ? `${step.column}: its rank among the training rows (between ${shortNumber(step.quantiles[0]!)} and ${shortNumber(step.quantiles.at(-1)!)}), ${step.to}.`
      : `${step.column}: minus ${shortNumber(step.mean)}, divided by ${shortNumber(step.deviation)}.`,
  compile(step, program) {
    const slot = slotOf(program, step.column, step.step)
    if ('quantiles' in step) {
      const toPlace = compileQuantiles(step.quantiles, step.to)
      replaceCells(program, slot, (cells, out, rows) => {
        for (let i = 0; i < rows; i++) out[i] = toPlace(cells[i]!)
      })
      return
    }
    const { mean, deviation } = step
    replaceCells(program, slot, (cells, out, rows) => {
      for (let i = 0; i < rows; i++) out[i] = (cells[i]! - mean) / deviation
    })
  },
}

/** Values closer than this to the ends of the training rows count as the ends, as in scikit-learn's QuantileTransformer. */
const EDGE = 1e-7
const LOWEST = normalQuantile(EDGE - 2 ** -52)
const HIGHEST = normalQuantile(1 - (EDGE - 2 ** -52))

/** Maps a value to its rank, 0 to 1, or that quantile of the normal distribution. Of equal quantiles the middle rank counts. */
function compileQuantiles(quantiles: readonly number[], to: 'uniform' | 'normal'): (value: number) => number {
  const last = quantiles.length - 1
  const low = quantiles[0]!
  const high = quantiles[last]!
  const edge = to === 'normal' ? EDGE : 0
  const rank = (value: number): number => {
    // The lowest value has rank 0 even when it is also the highest.
    if (to === 'normal' ? value - edge < low : value <= low) return 0
    if (to === 'normal' ? value + edge > high : value >= high) return 1
    const above = firstAbove(quantiles, value)
    const from = firstNotBelow(quantiles, value)
    const upper = between(quantiles, above - 1, value)
    const lower = from < above ? from / last : upper
    return 0.5 * (upper + lower)
  }
  const between = (list: readonly number[], k: number, value: number): number => {
    const left = list[k]!
    const right = list[Math.min(k + 1, last)]!
    return (k + (right > left ? (value - left) / (right - left) : 0)) / last
  }
  return value => {
    if (Number.isNaN(value)) return value
    const place = rank(value)
    if (to === 'uniform') return place
    if (place <= 0) return LOWEST
    if (place >= 1) return HIGHEST
    return Math.max(LOWEST, Math.min(HIGHEST, normalQuantile(place)))
  }
}

function firstAbove(sorted: readonly number[], value: number): number {
  let low = 0
  let high = sorted.length
  while (low < high) {
    const middle = (low + high) >> 1
    if (sorted[middle]! > value) high = middle
    else low = middle + 1
  }
  return low
}

function firstNotBelow(sorted: readonly number[], value: number): number {
  let low = 0
  let high = sorted.length
  while (low < high) {
    const middle = (low + high) >> 1
    if (sorted[middle]! >= value) high = middle
    else low = middle + 1
  }
  return low
}
