import { memo, useCallback } from 'react'
import { Line, LineChart, ReferenceArea, ReferenceLine, XAxis, YAxis } from 'recharts'
import { CanvasLayer, type Draw } from './canvas-layer.tsx'
import { ACCENT, HAIRLINE, QUIET, seriesColour } from './colors.ts'
import type { Range } from './plot.ts'
import type { PlotLayer } from './plot-area.tsx'

export interface LinePoint {
  x: number
  y: number | null
  /** The interval of the value: drawn as a tint along the line. */
  low?: number | null
  high?: number | null
}
export interface LineSeries {
  name: string
  points: LinePoint[]
  dashed?: boolean
}
export interface LineMarks {
  layer: PlotLayer
  series: LineSeries[]
  x: Range
  y: Range
  yTicks: number[]
  band?: Range
  markers: { x: number }[]
}

const BAND_OPACITY = 0.12

/** Between two gaps a line has no length: a dot shows that something was measured. */
const alone = (points: LinePoint[], i: number) =>
  points[i]!.y !== null && (points[i - 1]?.y ?? null) === null && (points[i + 1]?.y ?? null) === null

const SPREAD_OPACITY = 0.14

/** Outlines of the intervals along a line, one for each stretch without a gap. */
function spreadsOf(points: LinePoint[], { x, y }: PlotLayer): [number, number][][] {
  const outlines: [number, number][][] = []
  let upper: [number, number][] = []
  let lower: [number, number][] = []
  const close = () => {
    if (upper.length > 1) outlines.push([...upper, ...lower.reverse()])
    upper = []
    lower = []
  }
  for (const { x: at, low, high } of points) {
    if (low == null || high == null) close()
    else {
      upper.push([x(at), y(high)])
      lower.push([x(at), y(low)])
    }
  }
  close()
  return outlines
}

/** SVG, by Recharts: up to some thousand points. */
export const SvgLines = memo(function SvgLines({ layer, series, x, y, yTicks, band, markers }: LineMarks) {
  const { box, width, height } = layer
  return (
    <div style={{ position: 'absolute', inset: 0 }} aria-hidden>
      <svg width={width} height={height} style={{ position: 'absolute', inset: 0 }} aria-hidden>
        {series.flatMap((s, i) =>
          spreadsOf(s.points, layer).map(outline => (
            <polygon
              key={`${s.name} ${outline[0]}`}
              points={outline.join(' ')}
              fill={seriesColour(i)}
              opacity={SPREAD_OPACITY}
            />
          )),
        )}
      </svg>
      <LineChart
        width={width}
        height={height}
        accessibilityLayer={false}
        margin={{
          left: box.left,
          top: box.top,
          right: width - box.left - box.width,
          bottom: height - box.top - box.height,
        }}
      >
        <XAxis type="number" dataKey="x" domain={[x.low, x.high]} hide />
        <YAxis type="number" domain={[y.low, y.high]} hide />
        {yTicks.map(t => (
          <ReferenceLine key={t} y={t} stroke={HAIRLINE} />
        ))}
        {band ? (
          <ReferenceArea y1={band.low} y2={band.high} fill={ACCENT} fillOpacity={BAND_OPACITY} ifOverflow="hidden" />
        ) : null}
        {markers.map(m => (
          <ReferenceLine key={m.x} x={m.x} stroke={QUIET} strokeDasharray="2 3" />
        ))}
        {series.map((s, i) => (
          <Line
            key={s.name}
            data={s.points}
            dataKey="y"
            type="linear"
            stroke={seriesColour(i)}
            strokeWidth={1.7}
            strokeDasharray={s.dashed ? '4 3' : undefined}
            isAnimationActive={false}
            activeDot={false}
            dot={({ cx, cy, index }: { cx?: number; cy?: number; index: number }) =>
              cx !== undefined && cy !== undefined && alone(s.points, index) ? (
                <circle key={index} cx={cx} cy={cy} r={2.2} fill={seriesColour(i)} />
              ) : (
                <g key={index} />
              )
            }
          />
        ))}
      </LineChart>
    </div>
  )
})

/** The same on a canvas: tens of thousands of points. */
export function CanvasLines({ layer, series, yTicks, band, markers }: LineMarks) {
  const draw = useCallback<Draw>(
    (pen, colour) => {
      const { box, x, y, width, height } = layer
      pen.clearRect(0, 0, width, height)
      const line = (x1: number, y1: number, x2: number, y2: number) => {
        pen.beginPath()
        pen.moveTo(x1, y1)
        pen.lineTo(x2, y2)
        pen.stroke()
      }
      pen.lineWidth = 1
      pen.strokeStyle = colour(HAIRLINE)
      for (const t of yTicks) line(box.left, y(t), box.left + box.width, y(t))
      pen.save()
      pen.beginPath()
      pen.rect(box.left, box.top - 2, box.width, box.height + 4)
      pen.clip()
      if (band) {
        pen.globalAlpha = BAND_OPACITY
        pen.fillStyle = colour(ACCENT)
        pen.fillRect(box.left, y(band.high), box.width, y(band.low) - y(band.high))
        pen.globalAlpha = 1
      }
      pen.strokeStyle = colour(QUIET)
      pen.setLineDash([2, 3])
      for (const m of markers) line(x(m.x), box.top, x(m.x), box.top + box.height)
      pen.lineWidth = 1.5
      series.forEach((s, i) => {
        pen.strokeStyle = pen.fillStyle = colour(seriesColour(i))
        pen.globalAlpha = SPREAD_OPACITY
        for (const outline of spreadsOf(s.points, layer)) {
          pen.beginPath()
          for (const [px, py] of outline) pen.lineTo(px, py)
          pen.fill()
        }
        pen.globalAlpha = 1
        pen.setLineDash(s.dashed ? [4, 3] : [])
        pen.beginPath()
        let drawing = false
        for (const point of s.points) {
          if (point.y === null) drawing = false
          else {
            if (drawing) pen.lineTo(x(point.x), y(point.y))
            else pen.moveTo(x(point.x), y(point.y))
            drawing = true
          }
        }
        pen.stroke()
        s.points.forEach((point, at) => {
          if (point.y === null || !alone(s.points, at)) return
          pen.beginPath()
          pen.arc(x(point.x), y(point.y), 2.2, 0, 2 * Math.PI)
          pen.fill()
        })
      })
      pen.restore()
    },
    [layer, series, yTicks, band, markers],
  )
  return <CanvasLayer width={layer.width} height={layer.height} draw={draw} />
}
