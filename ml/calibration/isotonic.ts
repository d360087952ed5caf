/** A non-decreasing piecewise linear function: linear between the `x`s, constant outside. */
export type Isotonic = { x: number[]; y: number[] }

/**
 * Fits an isotonic regression by pool-adjacent-violators (Barlow et al. 1972), like scikit-learn's IsotonicRegression with
 * `out_of_bounds='clip'`: equal inputs are averaged first; of points in a flat stretch only both ends are kept.
 * @param inputs one per row; @param targets one per row; @param weights all 1 when absent, rows of weight 0 are ignored.
 */
export function fitIsotonic(inputs: Float64Array, targets: Float64Array, weights?: Float64Array): Isotonic {
  const order = Int32Array.from(inputs.keys())
    .filter(i => (weights?.[i] ?? 1) > 0)
    .sort((a, b) => inputs[a]! - inputs[b]! || a - b)
  const x: number[] = []
  const sums: number[] = []
  const masses: number[] = []
  for (const i of order) {
    const weight = weights?.[i] ?? 1
    if (x.length > 0 && inputs[i] === x.at(-1)) {
      sums[sums.length - 1]! += weight * targets[i]!
      masses[masses.length - 1]! += weight
    } else {
      x.push(inputs[i]!)
      sums.push(weight * targets[i]!)
      masses.push(weight)
    }
  }
  // Blocks of equal value: each the mean of its rows.
  const blocks: { from: number; sum: number; mass: number }[] = []
  for (let k = 0; k < x.length; k++) {
    let block = { from: k, sum: sums[k]!, mass: masses[k]! }
    for (let last = blocks.at(-1); last && last.sum / last.mass >= block.sum / block.mass; last = blocks.at(-1)) {
      blocks.pop()
      block = { from: last.from, sum: last.sum + block.sum, mass: last.mass + block.mass }
    }
    blocks.push(block)
  }
  const fitted: Isotonic = { x: [], y: [] }
  for (const [b, { from, sum, mass }] of blocks.entries()) {
    const to = (blocks[b + 1]?.from ?? x.length) - 1
    for (const at of from === to ? [from] : [from, to]) {
      fitted.x.push(x[at]!)
      fitted.y.push(sum / mass)
    }
  }
  return fitted
}

export function applyIsotonic({ x, y }: Isotonic, value: number): number {
  const last = x.length - 1
  if (!(value > x[0]!)) return y[0]!
  if (value >= x[last]!) return y[last]!
  let [low, high] = [0, last]
  while (high - low > 1) {
    const middle = (low + high) >> 1
    if (x[middle]! <= value) low = middle
    else high = middle
  }
  const share = (value - x[low]!) / (x[high]! - x[low]!)
  return y[low]! + share * (y[high]! - y[low]!)
}
