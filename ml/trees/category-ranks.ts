import type { Bins } from './bins.ts'

/**
 * Orders the levels of every category: by their mean target, by their share of the second class, or, for more classes, by the first
 * principal component of their shares (Coppersmith, Hong and Hosking 1999).
 * @param classes 0 for regression
 * @returns by feature: the rank of each bin; undefined for numbers
 */
export function rankCategories(
  bins: Bins,
  y: ArrayLike<number>,
  weights: ArrayLike<number> | undefined,
  classes: number,
): (Uint8Array | undefined)[] {
  const width = Math.max(1, classes)
  return bins.features.map((feature, c) => {
    if (!feature.categorical) return undefined
    const { values } = feature
    const sums = new Float64Array(values * width)
    const mass = new Float64Array(values)
    for (let i = 0; i < bins.rows; i++) {
      const code = bins.codes[i * bins.cols + c]!
      if (code >= values) continue
      const weight = weights?.[i] ?? 1
      mass[code]! += weight
      if (classes > 0) sums[code * width + y[i]!]! += weight
      else sums[code]! += weight * y[i]!
    }
    for (let code = 0; code < values; code++) {
      for (let k = 0; k < width; k++) sums[code * width + k]! /= mass[code]! || 1
    }
    const scores = classes === 0 ? sums : componentScores(sums, mass, width)
    const order = Array.from({ length: values }, (_, code) => code).sort(
      // Levels without rows come last; ties in order of their codes.
      (a, b) => Number(mass[a] === 0) - Number(mass[b] === 0) || scores[a]! - scores[b]! || a - b,
    )
    const rank = new Uint8Array(values)
    order.forEach((code, place) => {
      rank[code] = place
    })
    return rank
  })
}

/** By level: its shares along the direction in which shares differ most. @param shares levels × width */
function componentScores(shares: Float64Array, mass: Float64Array, width: number): Float64Array {
  const levels = mass.length
  const total = mass.reduce((a, b) => a + b, 0) || 1
  const mean = new Float64Array(width)
  for (let l = 0; l < levels; l++) {
    for (let k = 0; k < width; k++) mean[k]! += (mass[l]! / total) * shares[l * width + k]!
  }
  const scores = new Float64Array(levels)
  // Starts from a direction that favors the later classes, so that two classes are ordered by the share of the second.
  let direction = Float64Array.from({ length: width }, (_, k) => k - (width - 1) / 2 + 0.1)
  for (let round = 0; round < (width > 2 ? 50 : 1); round++) {
    for (let l = 0; l < levels; l++) {
      let sum = 0
      for (let k = 0; k < width; k++) sum += (shares[l * width + k]! - mean[k]!) * direction[k]!
      scores[l] = sum
    }
    if (width <= 2) break
    const turned = new Float64Array(width)
    for (let l = 0; l < levels; l++) {
      for (let k = 0; k < width; k++) turned[k]! += mass[l]! * scores[l]! * (shares[l * width + k]! - mean[k]!)
    }
    const length = Math.hypot(...turned)
    if (!(length > 0)) break
    direction = turned.map(part => part / length)
  }
  return scores
}
