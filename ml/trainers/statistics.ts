export function weightSum(rows: number, weights?: Float64Array): number {
  if (!weights) return rows
  let sum = 0
  for (const weight of weights) sum += weight
  return sum
}

/** Smallest value at which half the weight is reached; the mean of the two middle ones when they tie. */
export function weightedMedian(values: Float64Array, weights?: Float64Array): number {
  const order = Int32Array.from(values, (_, i) => i).sort((a, b) => values[a]! - values[b]!)
  const half = weightSum(values.length, weights) / 2
  let reached = 0
  for (let k = 0; k < order.length; k++) {
    const i = order[k]!
    reached += weights?.[i] ?? 1
    if (reached > half) return values[i]!
    if (reached === half && k + 1 < order.length) return (values[i]! + values[order[k + 1]!]!) / 2
  }
  return values[order[order.length - 1]!] ?? 0
}

/** Turns scores into probabilities in place, safely for large scores. */
export function softmax(scores: Float64Array): void {
  let highest = Number.NEGATIVE_INFINITY
  for (const score of scores) if (score > highest) highest = score
  let sum = 0
  for (let k = 0; k < scores.length; k++) {
    const e = Math.exp(scores[k]! - highest)
    scores[k] = e
    sum += e
  }
  for (let k = 0; k < scores.length; k++) scores[k]! /= sum
}

export function sigmoid(score: number): number {
  if (score >= 0) return 1 / (1 + Math.exp(-score))
  const e = Math.exp(score)
  return e / (1 + e)
}
