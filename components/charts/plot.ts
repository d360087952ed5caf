export interface Range {
  low: number
  high: number
}

/** Where marks may be drawn, in CSS pixels inside the chart. */
export interface PlotBox {
  left: number
  top: number
  width: number
  height: number
}

/** Above this many marks a chart is drawn on a canvas: SVG elements would make the page slow. */
export const MOST_SVG_MARKS = 2000

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
export function widened({ low, high }: Range): Range {
  if (high > low) return { low, high }
  const half = low === 0 ? 1 : Math.abs(low) * 0.1
  return { low: low - half, high: high + half }
}

function niceStep(rough: number): number {
  const power = 10 ** Math.floor(Math.log10(rough))
  const lead = rough / power
  return (lead <= 1 ? 1 : lead <= 2 ? 2 : lead <= 2.5 ? 2.5 : lead <= 5 ? 5 : 10) * power
}

/** Round numbers inside the range, about `most` of them; whole ones when the data are whole. */
export function niceTicks(range: Range, most: number, whole = false): number[] {
  const { low, high } = widened(range)
  let step = niceStep((high - low) / Math.max(1, most))
  if (whole) step = Math.max(1, Math.round(step))
  const first = Math.ceil(low / step - 1e-9)
  const last = Math.floor(high / step + 1e-9)
  // Multiplied, not added up, and cut to the step's digits: 0.3, not 0.30000000000000004.
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, i) => Number(((first + i) * step).toPrecision(12)))
}

/** The range enlarged to round numbers, so that lines begin and end at a tick. */
export function niceRange(range: Range, most: number): Range {
  const { low, high } = widened(range)
  const step = niceStep((high - low) / Math.max(1, most))
  const cut = (n: number) => Number((n * step).toPrecision(12))
  return { low: cut(Math.floor(low / step + 1e-9)), high: cut(Math.ceil(high / step - 1e-9)) }
}

const SECOND = 1000
const MINUTE = 60 * SECOND
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR
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
  const step = TIME_STEPS.find(s => s >= rough) ?? Math.ceil(rough / DAY) * DAY
  const ticks: number[] = []
  for (let t = Math.ceil((low + offsetMs) / step) * step - offsetMs; t <= high; t += step) ticks.push(t)
  return ticks
}

export const scaleX = (range: Range, box: PlotBox) => (x: number) =>
  box.left + ((x - range.low) / (range.high - range.low)) * box.width
export const scaleY = (range: Range, box: PlotBox) => (y: number) =>
  box.top + (1 - (y - range.low) / (range.high - range.low)) * box.height

/** Moves labels apart until each has `gap`, keeping their order and staying between top and bottom. */
export function spreadLabels(wanted: readonly number[], gap: number, top: number, bottom: number): number[] {
  const order = wanted.map((_, i) => i).sort((a, b) => wanted[a]! - wanted[b]! || a - b)
  const placed = wanted.map(y => y)
  let floor = top
  for (const i of order) {
    placed[i] = Math.max(wanted[i]!, floor)
    floor = placed[i]! + gap
  }
  let ceiling = bottom
  for (const i of order.toReversed()) {
    placed[i] = Math.min(placed[i]!, ceiling)
    ceiling = placed[i]! - gap
  }
  return placed
}

export interface PlacedMarker {
  label: string
  x: number
  /** 0 or 1; null: no room, only its line is drawn. */
  row: number | null
}

/** Labels of vertical lines in two rows, so that none covers another. */
export function placeMarkers(
  markers: readonly { x: number; label: string }[],
  widthOf: (label: string) => number,
  right: number,
): PlacedMarker[] {
  const ends = [Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY]
  return [...markers]
    .sort((a, b) => a.x - b.x)
    .map(({ x, label }) => {
      const end = x + widthOf(label)
      const row = end > right ? -1 : ends.findIndex(taken => taken + 6 <= x)
      if (row === -1) return { label, x, row: null }
      ends[row] = end
      return { label, x, row }
    })
}

/** The point nearest to x of points in order of x, in a few steps. */
export function nearestIndex(points: readonly { x: number }[], x: number): number {
  let low = 0
  let high = points.length - 1
  while (high - low > 1) {
    const middle = (low + high) >> 1
    if (points[middle]!.x < x) low = middle
    else high = middle
  }
  if (high < 0) return -1
  return Math.abs(points[low]!.x - x) <= Math.abs(points[high]!.x - x) ? low : high
}
