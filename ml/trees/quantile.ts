/**
 * Smallest value at which `share` of the weight is reached (quickselect; Hoare 1961). Reorders both arrays.
 * @param weights all 1 when absent
 */
export function weightedQuantile(
  values: Float32Array | Float64Array,
  weights: Float32Array | Float64Array | undefined,
  share: number,
): number {
  let total = 0
  if (weights) for (const weight of weights) total += weight
  else total = values.length
  let aim = total * share
  let low = 0
  let high = values.length - 1
  const swap = (a: number, b: number) => {
    const value = values[a]!
    values[a] = values[b]!
    values[b] = value
    if (!weights) return
    const weight = weights[a]!
    weights[a] = weights[b]!
    weights[b] = weight
  }
  while (low < high) {
    const [a, b, c] = [values[low]!, values[(low + high) >>> 1]!, values[high]!]
    const pivot = Math.max(Math.min(a, b), Math.min(Math.max(a, b), c))
    // Three parts: below, equal, above the pivot.
    let below = low
    let above = high
    let at = low
    let lighter = 0
    let equal = 0
    while (at <= above) {
      const value = values[at]!
      if (value < pivot) {
        lighter += weights ? weights[at]! : 1
        swap(at++, below++)
      } else if (value > pivot) swap(at, above--)
      else {
        equal += weights ? weights[at]! : 1
        at++
      }
    }
    if (lighter >= aim && below > low) high = below - 1
    else if (lighter + equal >= aim || above >= high) return pivot
    else {
      aim -= lighter + equal
      low = above + 1
    }
  }
  return values[low] ?? 0
}
