import type { Scored } from './types.ts'

/** Most probable class per row; the first one on a tie. */
export function predictedClasses({ predicted, classCount, truth }: Scored): Int32Array {
  const classes = new Int32Array(truth.length)
  for (let i = 0; i < classes.length; i++) {
    const at = i * classCount
    let best = 0
    for (let k = 1; k < classCount; k++) if (predicted[at + k]! > predicted[at + best]!) best = k
    classes[i] = best
  }
  return classes
}

/** Counts by true class (rows) and predicted class (columns), row-major. */
export type Confusion = { classCount: number; counts: Float64Array; actual: Float64Array; predicted: Float64Array }

export function confusionOf(scored: Scored): Confusion {
  const { classCount, truth } = scored
  const counts = new Float64Array(classCount * classCount)
  const actual = new Float64Array(classCount)
  const predicted = new Float64Array(classCount)
  const classes = predictedClasses(scored)
  for (let i = 0; i < truth.length; i++) {
    counts[truth[i]! * classCount + classes[i]!]!++
    actual[truth[i]!]!++
    predicted[classes[i]!]!++
  }
  return { classCount, counts, actual, predicted }
}

export const hits = (confusion: Confusion, k: number): number => confusion.counts[k * confusion.classCount + k]!

/** 0 where undefined, as scikit-learn's zero_division=0. */
export const ratio = (part: number, whole: number): number => (whole === 0 ? 0 : part / whole)
