import type { PlotProps } from './chart-props.ts'
import { isTime, logTicks, niceRange, niceTicks, type Range, rangeOf, timeTicks, widen } from './ticks.ts'

const PIXELS_PER_Y_TICK = 45

export interface Ranges {
  x: Range
  y: Range
  yTicks: number[]
}

/** What the axes span: all points, the band and what must be seen; within the zoom only what lies there. */
export function measureRanges(plot: PlotProps, zoom?: Range): Ranges {
  const { kind, series, band, diagonal, log, height } = plot
  const points = series.flatMap(s => s.points)
  const xs = rangeOf(points.flatMap(p => [p.x, p.from, p.to])) ?? { low: 0, high: 1 }
  const inside = zoom ? points.filter(p => (p.to ?? p.x) >= zoom.low && (p.from ?? p.x) <= zoom.high) : points
  const ys = rangeOf([
    ...inside.flatMap(p => [p.y, p.low, p.high]),
    ...(kind === 'bins' ? [0] : []),
    ...(log || zoom ? [] : [band?.low, band?.high, plot.y.range?.low, plot.y.range?.high]),
  ]) ?? { low: 0, high: 1 }
  const steps = Math.max(2, Math.min(5, Math.floor(height / PIXELS_PER_Y_TICK)))
  if (log && ys.low > 0) {
    const yTicks = logTicks(ys)
    return { x: zoom ?? widen(xs), y: { low: yTicks[0]!, high: yTicks.at(-1)! }, yTicks }
  }
  const both = diagonal && !zoom ? rangeOf([xs.low, xs.high, ys.low, ys.high])! : null
  // Nothing but zeros: zero is the floor, not the middle.
  const y = niceRange(both ?? (ys.low === 0 && ys.high === 0 ? { low: 0, high: 1 } : ys), steps)
  const x = zoom ?? (kind === 'dots' ? niceRange(both ?? xs, steps) : widen(xs))
  return { x, y, yTicks: niceTicks(y, steps) }
}

/** Places of labels on the x axis: whole hours or days for instants, whole numbers for steps. */
export function placeTicks(x: Range, plot: PlotProps, width: number): number[] {
  const longest = Math.max(...[x.low, x.high].map(value => plot.x.format(value).length))
  const most = Math.max(1, Math.floor(width / Math.max(56, 8 * longest + 12)))
  if (isTime(x)) return timeTicks(x, most, -new Date(x.low).getTimezoneOffset() * 60_000)
  const whole = x.high - x.low > 1 && plot.series.every(s => s.points.every(p => Number.isInteger(p.x)))
  return niceTicks(x, most, whole)
}
