import 'uplot/dist/uPlot.min.css'
import { useComputedColorScheme } from '@mantine/core'
import { useElementSize } from '@mantine/hooks'
import { useEffect, useMemo, useRef, useState } from 'react'
import UPlot from 'uplot'
import { alignSeries, type Cell } from './align-series.ts'
import { axisTitle, type PlotProps } from './chart-props.ts'
import { ACCENT, HAIRLINE, MUTED } from './colors.ts'
import { measureRanges } from './ranges.ts'
import { RowReading } from './reading.tsx'

interface Place {
  index: number
  left: number
}

/** Tens of thousands of marks, on a canvas by uPlot; dragging zooms, a double click shows all again. */
export function UplotPlot(plot: PlotProps) {
  const { ref, width } = useElementSize()
  const scheme = useComputedColorScheme('light')
  const box = useRef<HTMLDivElement>(null)
  const [place, setPlace] = useState<Place | null>(null)
  const columns = useMemo(() => toColumns(plot), [plot])
  // biome-ignore lint/correctness/useExhaustiveDependencies: another scheme means other colors
  useEffect(() => {
    if (!box.current || width === 0) return
    const colorOf = (css: string) => {
      box.current!.style.color = css
      return getComputedStyle(box.current!).color
    }
    const chart = new UPlot(optionsOf(plot, columns, width, colorOf, setPlace), columns.data, box.current)
    return () => chart.destroy()
  }, [plot, columns, width, scheme])
  return (
    <div ref={ref} style={{ height: '100%', position: 'relative' }}>
      <div ref={box} aria-hidden />
      {place ? (
        <div style={{ position: 'absolute', top: 4, pointerEvents: 'none', zIndex: 2, ...sideOf(place, width) }}>
          <RowReading plot={plot} cells={columns.cells[place.index] ?? []} x={columns.data[0][place.index] ?? 0} />
        </div>
      ) : null}
    </div>
  )
}

/** The values stand where the pointer is not. */
const sideOf = ({ left }: Place, width: number) => (left > width / 2 ? { left: 60 } : { right: 8 })

interface Columns {
  data: UPlot.AlignedData
  cells: Cell[][]
}

/** x, then the values of each series, then the ends of its interval. */
function toColumns({ kind, series }: PlotProps): Columns {
  const sorted = kind === 'dots' ? series.map(s => ({ ...s, points: s.points.toSorted((a, b) => a.x - b.x) })) : series
  const rows = alignSeries(sorted)
  const column = (of: (cell: Cell) => number | null | undefined, s: number) =>
    rows.map(row => of(row.cells[s]!) ?? null)
  const measured = (cell: Cell) => (kind === 'dots' && cell?.between ? null : cell?.y)
  return {
    cells: rows.map(row => row.cells),
    data: [
      rows.map(row => row.x),
      ...series.map((_, s) => column(measured, s)),
      ...series.flatMap((_, s) => [column(cell => cell?.low, s), column(cell => cell?.high, s)]),
    ],
  }
}

function optionsOf(
  plot: PlotProps,
  { data }: Columns,
  width: number,
  colorOf: (css: string) => string,
  onPlace: (place: Place | null) => void,
): UPlot.Options {
  const { x, y } = measureRanges(plot)
  const [ink, line] = [colorOf(MUTED), colorOf(HAIRLINE)]
  const { series, kind, height, log } = plot
  const font = '11px var(--mantine-font-family)'
  const axis = (of: PlotProps['x'], size: number): UPlot.Axis => ({
    stroke: ink,
    grid: { stroke: line, width: 1 },
    ticks: { show: false },
    label: axisTitle(of),
    labelSize: 18,
    size,
    font,
    labelFont: font,
    values: (_, splits) => splits.map(value => (value === null ? '' : of.format(value))),
  })
  const longest = Math.max(...[y.low, y.high].map(value => plot.y.format(value).length))
  const hidden = { show: true, stroke: 'transparent', points: { show: false } }
  return {
    width,
    height,
    ms: 1,
    legend: { show: false },
    cursor: { drag: { x: true, y: false, setScale: true }, points: { size: 7 } },
    scales: {
      x: { time: x.low > 1e11, range: data[0].length > 1 ? undefined : [x.low, x.high] },
      y: { distr: log ? 3 : 1, range: [y.low, y.high] },
    },
    axes: [axis(plot.x, 28), axis(plot.y, 22 + 6.2 * longest)],
    series: [
      {},
      ...series.map(({ name, color, dashed }) => ({
        label: name,
        stroke: colorOf(color),
        width: 1.5,
        dash: dashed ? [4, 3] : undefined,
        ...(kind === 'dots'
          ? { paths: () => null, points: { show: true, size: 4, fill: colorOf(color) } }
          : { points: { show: false } }),
      })),
      ...series.flatMap(() => [hidden, hidden]),
    ],
    bands: series.map(({ color }, s) => {
      const low = 1 + series.length + 2 * s
      return { series: [low + 1, low], fill: colorOf(`color-mix(in srgb, ${color} 14%, transparent)`) }
    }),
    hooks: {
      setCursor: [({ cursor: { idx, left = -1 } }) => onPlace(idx == null || left < 0 ? null : { index: idx, left })],
      drawClear: [chart => drawMarks(chart, plot, colorOf)],
    },
  }
}

/** The band and the vertical lines of events lie below the lines. */
function drawMarks(
  { ctx, bbox, valToPos }: UPlot,
  { band, markers = [], diagonal }: PlotProps,
  colorOf: (css: string) => string,
): void {
  ctx.save()
  ctx.beginPath()
  ctx.rect(bbox.left, bbox.top, bbox.width, bbox.height)
  ctx.clip()
  if (band) {
    const [top, bottom] = [valToPos(band.high, 'y', true), valToPos(band.low, 'y', true)]
    ctx.fillStyle = colorOf(`color-mix(in srgb, ${ACCENT} 12%, transparent)`)
    ctx.fillRect(bbox.left, top, bbox.width, bottom - top)
  }
  ctx.strokeStyle = ctx.fillStyle = colorOf(MUTED)
  ctx.setLineDash([4, 4])
  ctx.beginPath()
  for (const { x, label } of markers) {
    const left = valToPos(x, 'x', true)
    ctx.moveTo(left, bbox.top)
    ctx.lineTo(left, bbox.top + bbox.height)
    ctx.fillText(label, left + 4, bbox.top + 12)
  }
  if (diagonal) {
    ctx.moveTo(bbox.left, bbox.top + bbox.height)
    ctx.lineTo(bbox.left + bbox.width, bbox.top)
  }
  ctx.stroke()
  ctx.restore()
}
