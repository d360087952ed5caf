import { LATENCY_BOUNDS_MS } from '../contract.ts'

/** Returns the index of the bucket of this duration. */
export function latencyBucket(ms: number): number {
  let low = 0
  let high: number = LATENCY_BOUNDS_MS.length
  while (low < high) {
    const middle = (low + high) >> 1
    if (ms <= LATENCY_BOUNDS_MS[middle]!) high = middle
    else low = middle + 1
  }
  return low
}

export function addCounts(into: number[], counts: readonly number[]): number[] {
  for (let i = 0; i < counts.length; i++) into[i] = (into[i] ?? 0) + counts[i]!
  return into
}

/** Returns a quantile of the latency, interpolated linearly within its bucket; null without requests. */
export function latencyQuantile(counts: readonly number[], share: number): number | null {
  const total = counts.reduce((a, b) => a + b, 0)
  if (total === 0) return null
  let left = share * total
  for (let i = 0; i < counts.length; i++) {
    const count = counts[i]!
    if (count > 0 && left <= count) {
      const low = i === 0 ? 0 : LATENCY_BOUNDS_MS[i - 1]!
      const high = LATENCY_BOUNDS_MS[i] ?? low
      return Math.round((low + (high - low) * (left / count)) * 1000) / 1000
    }
    left -= count
  }
  return LATENCY_BOUNDS_MS.at(-1)!
}
