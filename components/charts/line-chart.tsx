'use client'
import { Center, Text } from '@mantine/core'
import { ChartFigure, type ChartWords } from './chart-figure.tsx'
import { ACCENT, inkOf, seriesColour } from './colors.ts'
import { CanvasLines, type LinePoint, type LineSeries, SvgLines } from './line-marks.tsx'
import { isTime, MOST_SVG_MARKS, nearestIndex, niceRange, niceTicks, rangeOf, timeTicks, widened } from './plot.ts'
import { PlotArea, type Reading } from './plot-area.tsx'

const TICK_PIXELS = 60
const TIME_TICK_PIXELS = 90
const NONE: { x: number; label: string }[] = []

/** Lines over steps, shares or time (milliseconds since 1970), named at their end. Points are in order of x; null is a gap. */
export function LineChart({
  series,
  band,
  markers = NONE,
  xWords,
  yWords,
  xLabel,
  height = 190,
  yRange,
  ...words
}: ChartWords & {
  series: LineSeries[]
  band?: { low: number; high: number; label: string }
  markers?: { x: number; label: string }[]
  xWords: (x: number) => string
  yWords: (y: number) => string
  xLabel?: string
  height?: number
  /** What must be seen even when no point is there: `{ low: 0 }`. */
  yRange?: { low?: number; high?: number }
}) {
  const xs = rangeOf(series.flatMap(s => s.points.map(p => p.x)))
  const ys = rangeOf([
    ...series.flatMap(s => s.points.flatMap(p => [p.y, p.low, p.high])),
    band?.low,
    band?.high,
    yRange?.low,
    yRange?.high,
  ])
  const table = () => tableOf(series, xLabel ?? '', xWords, yWords)
  if (!xs || !ys)
    return (
      <ChartFigure {...words} table={table}>
        <Center h={height}>
          <Text size="sm" c="dimmed">
            Nothing is measured yet.
          </Text>
        </Center>
      </ChartFigure>
    )
  const x = widened(xs)
  const steps = Math.max(2, Math.min(4, Math.floor(height / 45)))
  // Nothing but zeros: zero is the floor, not the middle.
  const y = niceRange(ys.low === 0 && ys.high === 0 ? { low: 0, high: 1 } : ys, steps)
  const yTicks = niceTicks(y, steps)
  const time = isTime(x)
  const whole = !time && x.high - x.low > 1 && series.every(s => s.points.every(p => Number.isInteger(p.x)))
  const offset = time ? -new Date(x.low).getTimezoneOffset() * 60_000 : 0
  const xTicks = (width: number) => {
    const most = Math.max(1, Math.floor(width / (time ? TIME_TICK_PIXELS : TICK_PIXELS)))
    return time ? timeTicks(x, most, offset) : niceTicks(x, most, whole)
  }
  const ends = series.flatMap((s, i) => {
    const last = s.points.findLast(p => p.y !== null)
    return last ? [{ name: s.name, x: last.x, y: last.y!, colour: seriesColour(i) }] : []
  })
  const marks = series.reduce((sum, s) => sum + s.points.length, 0)
  const Marks = marks > MOST_SVG_MARKS ? CanvasLines : SvgLines
  return (
    <ChartFigure {...words} table={table}>
      <PlotArea
        height={height}
        x={x}
        y={y}
        xTicks={xTicks}
        yTicks={yTicks}
        xWords={xWords}
        yWords={yWords}
        xLabel={xLabel}
        ends={ends}
        markers={markers}
        readAt={(at, _, layer) =>
          readLines(series, at, layer.x, layer.y, x => (xLabel ? `${xLabel} ${xWords(x)}` : xWords(x)), yWords)
        }
      >
        {layer => <Marks layer={layer} series={series} x={x} y={y} yTicks={yTicks} band={band} markers={markers} />}
      </PlotArea>
      {band ? (
        <Text size="xs" c={inkOf(ACCENT)}>
          ▬ {band.label}
        </Text>
      ) : null}
    </ChartFigure>
  )
}

function readLines(
  series: LineSeries[],
  at: number,
  x: (value: number) => number,
  y: (value: number) => number,
  xWords: (x: number) => string,
  yWords: (y: number) => string,
): Reading | null {
  const nearest = series.flatMap((s, i) => {
    const point = s.points[nearestIndex(s.points, at)]
    return point ? [{ s, point, colour: seriesColour(i) }] : []
  })
  if (nearest.length === 0) return null
  const chosen = nearest.reduce((a, b) => (Math.abs(b.point.x - at) < Math.abs(a.point.x - at) ? b : a)).point.x
  return {
    title: xWords(chosen),
    x: x(chosen),
    rows: nearest.flatMap(({ s, point, colour }) =>
      point.y === null || Math.abs(x(point.x) - x(chosen)) > 12
        ? []
        : [{ name: s.name, words: describePoint(point, yWords), colour, x: x(point.x), y: y(point.y) }],
    ),
  }
}

/** `133 (122 to 145)` */
function describePoint({ y, low, high }: LinePoint, yWords: (y: number) => string): string {
  if (y === null) return '–'
  return low == null || high == null ? yWords(y) : `${yWords(y)} (${yWords(low)} to ${yWords(high)})`
}

function tableOf(series: LineSeries[], xLabel: string, xWords: (x: number) => string, yWords: (y: number) => string) {
  const cells = new Map<number, (LinePoint | null)[]>()
  series.forEach((s, i) => {
    for (const p of s.points) {
      if (!cells.has(p.x)) cells.set(p.x, new Array<LinePoint | null>(series.length).fill(null))
      cells.get(p.x)![i] = p
    }
  })
  const rows = [...cells].sort((a, b) => a[0] - b[0])
  return {
    head: [xLabel || 'at', ...series.map(s => s.name)],
    rows: rows.map(([at, values]) => [xWords(at), ...values.map(p => (p === null ? '–' : describePoint(p, yWords)))]),
  }
}
