export interface Range {
  low: number
  high: number
}

/** Smallest and largest finite value; null when there is none. */
export function rangeOf(values: Iterable<number | null | undefined>): Range | null {
  let low = Number.POSITIVE_INFINITY
  let high = Number.NEGATIVE_INFINITY
  for (const value of values) {
    if (value === null || value === undefined || !Number.isFinite(value)) continue
    if (value < low) low = value
    if (value > high) high = value
  }
  return low <= high ? { low, high } : null
}

/** A range that has a width, so that a constant can be drawn in the middle. */
export function widen({ low, high }: Range): Range {
  if (high > low) return { low, high }
  const half = low === 0 ? 1 : Math.abs(low) * 0.1
  return { low: low - half, high: high + half }
}

function stepOf(rough: number): number {
  const power = 10 ** Math.floor(Math.log10(rough))
  const lead = rough / power
  return (lead <= 1 ? 1 : lead <= 2 ? 2 : lead <= 2.5 ? 2.5 : lead <= 5 ? 5 : 10) * power
}

/** Round numbers inside the range, about `most` of them; whole ones when the data are whole. */
export function niceTicks(range: Range, most: number, whole = false): number[] {
  const { low, high } = widen(range)
  let step = stepOf((high - low) / Math.max(1, most))
  if (whole) step = Math.max(1, Math.round(step))
  const first = Math.ceil(low / step - 1e-9)
  const last = Math.floor(high / step + 1e-9)
  // Multiplied, not added up, and cut to the step's digits: 0.3, not 0.30000000000000004.
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, i) => Number(((first + i) * step).toPrecision(12)))
}

/** The range enlarged to round numbers, so that the axis begins and ends at a tick. */
export function niceRange(range: Range, most: number): Range {
  const { low, high } = widen(range)
  const step = stepOf((high - low) / Math.max(1, most))
  const cut = (n: number) => Number((n * step).toPrecision(12))
  return { low: cut(Math.floor(low / step + 1e-9)), high: cut(Math.ceil(high / step - 1e-9)) }
}

/** Powers of ten around a range of positive numbers. */
export function logTicks({ low, high }: Range): number[] {
  const [first, last] = [Math.floor(Math.log10(low)), Math.ceil(Math.log10(high))]
  return Array.from({ length: last - first + 1 }, (_, i) => Number((10 ** (first + i)).toPrecision(12)))
}

const [SECOND, MINUTE, HOUR, DAY] = [1000, 60_000, 3_600_000, 86_400_000] as const
const TIME_STEPS = [
  ...[1, 2, 5, 10, 15, 30].map(n => n * SECOND),
  ...[1, 2, 5, 10, 15, 30].map(n => n * MINUTE),
  ...[1, 2, 3, 6, 12].map(n => n * HOUR),
  ...[1, 2, 7, 14, 28, 91, 182, 364].map(n => n * DAY),
]

/** Numbers this large are instants in milliseconds, not steps or shares. */
export const isTime = ({ low }: Range): boolean => low > 1e11

/** Whole minutes, hours or days of the viewer's zone. @param offsetMs local time minus UTC */
export function timeTicks({ low, high }: Range, most: number, offsetMs = 0): number[] {
  const rough = (high - low) / Math.max(1, most)
  const step = TIME_STEPS.find(s => s >= 0.7 * rough) ?? Math.ceil(rough / DAY) * DAY
  const ticks: number[] = []
  for (let t = Math.ceil((low + offsetMs) / step) * step - offsetMs; t <= high; t += step) ticks.push(t)
  return ticks
}
