'use client'
import { memo, useCallback } from 'react'
import { ReferenceLine, Scatter, ScatterChart, XAxis, YAxis } from 'recharts'
import { formatNumber } from '../ui/format.ts'
import { CanvasLayer, type Draw } from './canvas-layer.tsx'
import { ChartFigure, type ChartWords } from './chart-figure.tsx'
import { ACCENT, HAIRLINE, QUIET } from './colors.ts'
import { MOST_SVG_MARKS, niceRange, niceTicks, type Range, rangeOf } from './plot.ts'
import { PlotArea, type PlotLayer, type Reading } from './plot-area.tsx'

interface Point {
  x: number
  y: number
  /** Said when the pointer is near. */
  name?: string
}
interface Marks {
  layer: PlotLayer
  points: Point[]
  x: Range
  y: Range
  yTicks: number[]
  diagonal: boolean
}

/** Many dots are small and let each other through; few are seen from afar. */
const lookOf = (count: number) => (count > 60 ? { radius: 2.4, opacity: 0.5 } : { radius: 3.6, opacity: 0.85 })
/** The pointer reads a point this near, in pixels. */
const REACH = 24

/** One dot per pair; the diagonal is where both are equal. */
export function ScatterPlot({
  points,
  xLabel,
  yLabel,
  diagonal = false,
  height = 260,
  xWords = formatNumber,
  yWords = formatNumber,
  ...words
}: ChartWords & {
  points: Point[]
  xLabel: string
  yLabel: string
  diagonal?: boolean
  height?: number
  xWords?: (x: number) => string
  yWords?: (y: number) => string
}) {
  const both = diagonal ? rangeOf(points.flatMap(p => [p.x, p.y])) : null
  const x = niceRange(both ?? rangeOf(points.map(p => p.x)) ?? { low: 0, high: 1 }, 4)
  const y = niceRange(both ?? rangeOf(points.map(p => p.y)) ?? { low: 0, high: 1 }, 4)
  const yTicks = niceTicks(y, 4)
  const Marks = points.length > MOST_SVG_MARKS ? CanvasDots : SvgDots
  return (
    <ChartFigure
      {...words}
      table={() => ({ head: [xLabel, yLabel], rows: points.map(p => [xWords(p.x), yWords(p.y)]) })}
    >
      <PlotArea
        height={height}
        x={x}
        y={y}
        xTicks={width => niceTicks(x, Math.max(1, Math.floor(width / 80)))}
        yTicks={yTicks}
        xWords={xWords}
        yWords={yWords}
        xLabel={xLabel}
        yLabel={yLabel}
        readAt={(atX, atY, layer) =>
          readNearest(
            points,
            layer.x(atX),
            layer.y(atY),
            layer,
            x => `${xLabel} ${xWords(x)}`,
            y => ({ name: yLabel, words: yWords(y) }),
          )
        }
      >
        {layer => <Marks layer={layer} points={points} x={x} y={y} yTicks={yTicks} diagonal={diagonal} />}
      </PlotArea>
    </ChartFigure>
  )
}

function readNearest(
  points: Point[],
  px: number,
  py: number,
  layer: PlotLayer,
  titleOf: (x: number) => string,
  rowOf: (y: number) => { name: string; words: string },
): Reading | null {
  let best: Point | undefined
  let distance = REACH ** 2
  for (const p of points) {
    const d = (layer.x(p.x) - px) ** 2 + (layer.y(p.y) - py) ** 2
    if (d < distance) [best, distance] = [p, d]
  }
  if (!best) return null
  const x = layer.x(best.x)
  return { title: best.name ?? titleOf(best.x), x, rows: [{ ...rowOf(best.y), colour: ACCENT, x, y: layer.y(best.y) }] }
}

const diagonalOf = (x: Range, y: Range) => ({ from: Math.max(x.low, y.low), to: Math.min(x.high, y.high) })

const SvgDots = memo(function SvgDots({ layer, points, x, y, yTicks, diagonal }: Marks) {
  const { box, width, height } = layer
  const { from, to } = diagonalOf(x, y)
  const { radius, opacity } = lookOf(points.length)
  return (
    <div style={{ position: 'absolute', inset: 0 }} aria-hidden>
      <ScatterChart
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
        <YAxis type="number" dataKey="y" domain={[y.low, y.high]} hide />
        {yTicks.map(t => (
          <ReferenceLine key={t} y={t} stroke={HAIRLINE} />
        ))}
        {diagonal ? (
          <ReferenceLine
            segment={[
              { x: from, y: from },
              { x: to, y: to },
            ]}
            stroke={QUIET}
            strokeDasharray="4 3"
          />
        ) : null}
        <Scatter
          data={points}
          isAnimationActive={false}
          shape={({ cx, cy }: { cx?: number; cy?: number }) => (
            <circle cx={cx} cy={cy} r={radius} fill={ACCENT} fillOpacity={opacity} />
          )}
        />
      </ScatterChart>
    </div>
  )
})

function CanvasDots({ layer, points, x, y, yTicks, diagonal }: Marks) {
  const draw = useCallback<Draw>(
    (pen, colour) => {
      const { box } = layer
      pen.clearRect(0, 0, layer.width, layer.height)
      pen.strokeStyle = colour(HAIRLINE)
      pen.beginPath()
      for (const t of yTicks) {
        pen.moveTo(box.left, layer.y(t))
        pen.lineTo(box.left + box.width, layer.y(t))
      }
      pen.stroke()
      if (diagonal) {
        const { from, to } = diagonalOf(x, y)
        pen.strokeStyle = colour(QUIET)
        pen.setLineDash([4, 3])
        pen.beginPath()
        pen.moveTo(layer.x(from), layer.y(from))
        pen.lineTo(layer.x(to), layer.y(to))
        pen.stroke()
      }
      const { radius, opacity } = lookOf(points.length)
      pen.fillStyle = colour(ACCENT)
      pen.globalAlpha = opacity
      for (const p of points) {
        pen.beginPath()
        pen.arc(layer.x(p.x), layer.y(p.y), radius, 0, 2 * Math.PI)
        pen.fill()
      }
    },
    [layer, points, x, y, yTicks, diagonal],
  )
  return <CanvasLayer width={layer.width} height={layer.height} draw={draw} />
}
