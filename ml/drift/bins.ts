/**
 * Bins two samples alike, as Evidently does: a numeric column with more than 20 distinct reference values into equal-width bins over both
 * samples, their number by Sturges' rule; otherwise one bin per distinct value.
 * @param reference, current ascending.
 */
export function binNumbers(reference: Float64Array, current: Float64Array): [number[], number[]] {
  if (countDistinct(reference, 21) > 20) {
    const bins = Math.ceil(Math.log2(reference.length + current.length) + 1)
    return equalWidth(reference, current, bins)
  }
  return binLevels(reference, current)
}

/** As `binNumbers`, but applies Sturges' rule to the distinct values, as Evidently does for the Hellinger distance. */
export function binDistinct(reference: Float64Array, current: Float64Array): [number[], number[]] {
  if (countDistinct(reference, 21) <= 20) return binLevels(reference, current)
  let [i, j, distinct] = [0, 0, 0]
  while (i < reference.length || j < current.length) {
    const point = Math.min(reference[i] ?? Number.POSITIVE_INFINITY, current[j] ?? Number.POSITIVE_INFINITY)
    while (i < reference.length && reference[i] === point) i++
    while (j < current.length && current[j] === point) j++
    distinct++
  }
  return equalWidth(reference, current, Math.ceil(Math.log2(distinct) + 1))
}

/** One bin per distinct value, in the order in which they appear. */
export function binLevels<T>(reference: Iterable<T>, current: Iterable<T>): [number[], number[]] {
  const places = new Map<T, number>()
  const [a, b]: [number[], number[]] = [[], []]
  for (const [values, counts] of [
    [reference, a],
    [current, b],
  ] as const) {
    for (const value of values) {
      let place = places.get(value)
      if (place === undefined) {
        place = places.size
        places.set(value, place)
        a.push(0)
        b.push(0)
      }
      counts[place]!++
    }
  }
  return [a, b]
}

function equalWidth(reference: Float64Array, current: Float64Array, bins: number): [number[], number[]] {
  const low = Math.min(reference[0]!, current[0] ?? reference[0]!)
  const high = Math.max(reference.at(-1)!, current.at(-1) ?? reference.at(-1)!)
  const edges = Array.from({ length: bins + 1 }, (_, k) => (k === bins ? high : low + k * ((high - low) / bins)))
  const count = (values: Float64Array) => {
    const counts = new Array<number>(bins).fill(0)
    let k = 0
    for (const value of values) {
      while (k < bins - 1 && value >= edges[k + 1]!) k++
      counts[k]!++
    }
    return counts
  }
  return [count(reference), count(current)]
}

/** Counts distinct values, up to `most`. */
export function countDistinct(sorted: Float64Array, most: number): number {
  let count = 0
  for (let i = 0; i < sorted.length && count < most; i++) if (i === 0 || sorted[i] !== sorted[i - 1]) count++
  return count
}

/** Returns the finite values, ascending. */
export function sortedNumbers(values: ArrayLike<number>): Float64Array {
  const present = new Float64Array(values.length)
  let count = 0
  for (let i = 0; i < values.length; i++) if (Number.isFinite(values[i]!)) present[count++] = values[i]!
  return present.slice(0, count).sort()
}
