import { remember, type Scored } from './types.ts'

/** Most probable class per row; the first one on a tie. */
export function predictedClasses(scored: Scored): Int32Array {
  return remember(scored, 'arrays', 'classes', () => {
    const { predicted, classCount, truth } = scored
    const classes = new Int32Array(truth.length)
    for (let i = 0; i < classes.length; i++) {
      const at = i * classCount
      let best = 0
      for (let k = 1; k < classCount; k++) if (predicted[at + k]! > predicted[at + best]!) best = k
      classes[i] = best
    }
    return classes
  })
}

/** Sums of weights (rows, when there are none) by true class (rows) and predicted class (columns), row-major. */
export type Confusion = {
  classCount: number
  counts: Float64Array
  actual: Float64Array
  predicted: Float64Array
  /** Of everything. */
  total: number
}

export function confusionOf(scored: Scored): Confusion {
  return remember(scored, 'weighted', 'confusion', () => {
    const { classCount, truth, weights } = scored
    const counts = new Float64Array(classCount * classCount)
    const actual = new Float64Array(classCount)
    const predicted = new Float64Array(classCount)
    const classes = predictedClasses(scored)
    for (let i = 0; i < truth.length; i++) {
      counts[truth[i]! * classCount + classes[i]!]! += weights ? weights[i]! : 1
    }
    let total = 0
    for (let t = 0; t < classCount; t++) {
      for (let p = 0; p < classCount; p++) {
        const count = counts[t * classCount + p]!
        actual[t]! += count
        predicted[p]! += count
        total += count
      }
    }
    return { classCount, counts, actual, predicted, total }
  })
}

export const hits = (confusion: Confusion, k: number): number => confusion.counts[k * confusion.classCount + k]!

/** 0 where undefined, as scikit-learn's zero_division=0. */
export const ratio = (part: number, whole: number): number => (whole === 0 ? 0 : part / whole)
