/** none: every row has the same weight. balanced: every class has the same total weight, rows / (classes × rows of the class). */
export type ClassWeights = 'none' | 'balanced'

/** A class with less than this fraction of an equal share is called rare. */
const RARE = 0.4

/**
 * Returns row weights, multiplied by the given ones.
 * @param y class codes.
 */
export function weighClasses(
  y: Float64Array,
  classCount: number,
  mode: ClassWeights,
  weights?: Float64Array,
): Float64Array | undefined {
  if (mode === 'none' || classCount === 0) return weights
  const totals = new Float64Array(classCount)
  for (let i = 0; i < y.length; i++) totals[y[i]!]! += weights?.[i] ?? 1
  const present = totals.filter(total => total > 0).length
  const all = totals.reduce((sum, total) => sum + total, 0)
  return Float64Array.from(y, (code, i) => ((weights?.[i] ?? 1) * all) / (present * totals[code]!))
}

/** Describes class imbalance and how it is handled; empty when the classes are about equal. */
export function explainImbalance(y: Float64Array, classes: readonly string[], mode: ClassWeights): string[] {
  const counts = new Float64Array(classes.length)
  for (const code of y) counts[code]!++
  const rarest = counts.indexOf(Math.min(...counts))
  const share = counts[rarest]! / y.length
  const percent = `${Number((share * 100).toPrecision(2))} %`
  const words: string[] = []
  if (share * classes.length < RARE) {
    words.push(
      mode === 'balanced'
        ? `“${classes[rarest]}” has only ${percent} of the rows: every class was given the same weight. Probabilities are then too high for rare classes unless they are calibrated.`
        : `“${classes[rarest]}” has only ${percent} of the rows: judge by balanced accuracy, F1 or PR AUC rather than accuracy, and choose the threshold by what errors cost.`,
    )
  } else if (mode === 'balanced') {
    words.push('Every class was given the same weight; the classes are about equal, so this changes little.')
  }
  return words
}
