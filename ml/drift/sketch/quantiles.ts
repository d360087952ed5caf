/**
 * A quantile sketch with a guaranteed error bound: buffers of `capacity` values; a full one is sorted and every other value moves up a
 * level,
 * where it counts twice (Munro and Paterson 1980; Manku, Rajagopalan and Lindsay 1998; merging as in Agarwal et al. 2012). Halving values
 * of
 * weight w moves no rank by more than w, and `error` is the sum: every rank is within `error` of the true one, for any order of values and
 * merges. Plain JSON; immutable.
 */
export type QuantileSketch = {
  capacity: number
  /** Number of values. */
  count: number
  min: number | null
  max: number | null
  /** Maximum rank error, in values. */
  error: number
  /** `levels[h]`: values that count 2ʰ each. */
  levels: number[][]
  /** 0 or 1 by level: whether the next halving keeps the first or the second of each pair, so that errors cancel. */
  turns: number[]
}

/** @param capacity even; the error is about log₂(count / capacity) / capacity of all values at most. */
export function emptyQuantiles(capacity = 1024): QuantileSketch {
  return { capacity, count: 0, min: null, max: null, error: 0, levels: [[]], turns: [0] }
}

/** Returns the sketch with more values; values that are not finite are ignored. */
export function addToQuantiles(sketch: QuantileSketch, values: ArrayLike<number>): QuantileSketch {
  const next = copy(sketch)
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!
    if (!Number.isFinite(value)) continue
    next.count++
    if (next.min === null || value < next.min) next.min = value
    if (next.max === null || value > next.max) next.max = value
    next.levels[0]!.push(value)
    if (next.levels[0]!.length >= next.capacity) compact(next)
  }
  return next
}

/** Merges two sketches. @throws RangeError when the capacities differ. */
export function mergeQuantiles(a: QuantileSketch, b: QuantileSketch): QuantileSketch {
  if (a.capacity !== b.capacity) throw new RangeError('Sketches of different capacity do not add up.')
  const next = copy(a)
  next.count += b.count
  next.error += b.error
  if (b.min !== null && (next.min === null || b.min < next.min)) next.min = b.min
  if (b.max !== null && (next.max === null || b.max > next.max)) next.max = b.max
  for (const [h, level] of b.levels.entries()) {
    next.levels[h] = [...(next.levels[h] ?? []), ...level]
    next.turns[h] ??= b.turns[h]!
  }
  compact(next)
  return next
}

/** Returns the estimated share of values ≤ `x`; within `error / count` of the truth. */
export function rankOf(sketch: QuantileSketch, x: number): number {
  if (sketch.count === 0) return 0
  let rank = 0
  for (const [h, level] of sketch.levels.entries()) for (const value of level) if (value <= x) rank += 2 ** h
  return rank / sketch.count
}

/** Returns a value at the given share (0 to 1); its true rank is within `error` + the weight of one value. Null without values. */
export function quantileOf(sketch: QuantileSketch, share: number): number | null {
  if (sketch.count === 0) return null
  if (share <= 0) return sketch.min
  if (share >= 1) return sketch.max
  const { values, weights } = sampleOf(sketch)
  let reached = 0
  for (let i = 0; i < values.length; i++) {
    reached += weights[i]!
    if (reached >= share * sketch.count) return values[i]!
  }
  return sketch.max
}

/** Returns the kept values, ascending, with their weights. */
export function sampleOf(sketch: QuantileSketch): { values: Float64Array; weights: Float64Array } {
  const pairs = sketch.levels.flatMap((level, h) => level.map(value => [value, 2 ** h] as const))
  pairs.sort((a, b) => a[0] - b[0])
  return { values: Float64Array.from(pairs, p => p[0]), weights: Float64Array.from(pairs, p => p[1]) }
}

/** Returns the Kolmogorov–Smirnov distance of two sketches; the true one is within `error` of it. */
export function ksOfSketches(a: QuantileSketch, b: QuantileSketch): { statistic: number; error: number } {
  if (a.count === 0 || b.count === 0) return { statistic: 0, error: 0 }
  const [p, q] = [sampleOf(a), sampleOf(b)]
  let [i, j, left, right, statistic] = [0, 0, 0, 0, 0]
  while (i < p.values.length && j < q.values.length) {
    const point = Math.min(p.values[i]!, q.values[j]!)
    while (i < p.values.length && p.values[i]! <= point) left += p.weights[i++]!
    while (j < q.values.length && q.values[j]! <= point) right += q.weights[j++]!
    statistic = Math.max(statistic, Math.abs(left / a.count - right / b.count))
  }
  return { statistic, error: a.error / a.count + b.error / b.count }
}

function copy(sketch: QuantileSketch): QuantileSketch {
  return { ...sketch, levels: sketch.levels.map(level => level.slice()), turns: sketch.turns.slice() }
}

/** Halves every full level, from the lowest up. */
function compact(sketch: QuantileSketch): void {
  for (let h = 0; h < sketch.levels.length; h++) {
    const level = sketch.levels[h]!
    if (level.length < sketch.capacity) continue
    const sorted = Float64Array.from(level).sort()
    // With an odd number of values the largest stays at its level.
    const even = sorted.length - (sorted.length % 2)
    const turn = sketch.turns[h] ?? 0
    sketch.levels[h + 1] ??= []
    sketch.turns[h + 1] ??= 0
    const above = sketch.levels[h + 1]!
    for (let i = turn; i < even; i += 2) above.push(sorted[i]!)
    sketch.levels[h] = even < sorted.length ? [sorted[even]!] : []
    sketch.turns[h] = 1 - turn
    sketch.error += 2 ** h
  }
}
