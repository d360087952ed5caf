/** Bins with values that a feature may have; one more takes its missing cells, so that a bin is one byte. */
export const MAX_BINS = 255

/**
 * Returns a number between two neighbors a < b, or a itself: a ≤ edge < b. Halfway, and a single-precision number where one fits, so that
 * models exported with single-precision thresholds split the same cells.
 */
export function edgeBetween(a: number, b: number): number {
  const low = Math.max(a, -Number.MAX_VALUE)
  const high = Math.min(b, Number.MAX_VALUE)
  const middle = low / 2 + high / 2
  const single = Math.fround(middle)
  if (single >= a && single < b && Number.isFinite(single)) return single
  return middle >= a && middle < b ? middle : a
}

/**
 * Returns upper edges of bins (the last bin, open, has none): one bin for each distinct value when there are few, otherwise about equally
 * filled ones, with a frequent value in its own bin (as LightGBM does).
 * @param sorted ascending, without NaN
 */
export function findEdges(sorted: Float64Array, maxBins = MAX_BINS): Float64Array {
  const values = new Float64Array(sorted.length)
  const counts = new Int32Array(sorted.length)
  let distinct = 0
  // −0 and 0 are one value, though sorting separates them.
  for (let k = 0; k < sorted.length; k++) {
    if (distinct === 0 || sorted[k] !== values[distinct - 1]) values[distinct++] = sorted[k]!
    counts[distinct - 1]!++
  }
  if (distinct <= maxBins) {
    return Float64Array.from({ length: Math.max(0, distinct - 1) }, (_, k) => edgeBetween(values[k]!, values[k + 1]!))
  }
  const fair = sorted.length / maxBins
  let rest = sorted.length
  let restBins = maxBins
  for (let k = 0; k < distinct; k++) {
    if (counts[k]! < fair) continue
    rest -= counts[k]!
    restBins--
  }
  let aim = rest / Math.max(1, restBins)
  const edges: number[] = []
  let filled = 0
  for (let k = 0; k + 1 < distinct && edges.length < maxBins - 1; k++) {
    const large = counts[k]! >= fair
    if (!large) rest -= counts[k]!
    filled += counts[k]!
    const nextLarge = counts[k + 1]! >= fair
    if (!large && filled < aim && !(nextLarge && filled >= Math.max(1, aim / 2))) continue
    edges.push(edgeBetween(values[k]!, values[k + 1]!))
    filled = 0
    if (!large) {
      restBins--
      aim = rest / Math.max(1, restBins)
    }
  }
  return Float64Array.from(edges)
}
