import '@mantine/charts/styles.css'
import { BarChart, CompositeChart, ScatterChart } from '@mantine/charts'
import { Button } from '@mantine/core'
import { useElementSize } from '@mantine/hooks'
import { type ComponentProps, useMemo, useState } from 'react'
import { alignSeries, type Row } from './align-series.ts'
import { axisTitle, formatPlace, formatPoint, type PlotProps, type Point } from './chart-props.ts'
import { ACCENT, MUTED } from './colors.ts'
import { measureRanges, placeTicks, type Ranges } from './ranges.ts'
import { Reading, RowReading } from './reading.tsx'
import { BarText, BinBar, DragRange, LoneDot } from './recharts-parts.tsx'
import type { Range } from './ticks.ts'

const LETTER = 6.6
const AXIS_WIDTH = 90
const NAME_WIDTH = 160
/** Many dots are small and let each other through; few are seen from afar. */
const FEW_DOTS = 60
const LARGE_DOT = { r: 4, fillOpacity: 0.85 }
const SMALL_DOT = { r: 2.6, fillOpacity: 0.5 }

/** Up to about 2,000 marks, as SVG by Recharts with Mantine's look. */
export function RechartsPlot(plot: PlotProps) {
  const { ref, width } = useElementSize()
  const [zoom, setZoom] = useState<Range>()
  const rows = useMemo(() => (plot.kind === 'line' || plot.kind === 'bins' ? alignSeries(plot.series) : []), [plot])
  const draw = { plot, rows, width, setZoom, ranges: measureRanges(plot, zoom) }
  const Kind = plot.kind === 'bars' ? NamedBars : plot.kind === 'dots' ? Dots : LinesOrBins
  return (
    <div ref={ref} style={{ height: '100%' }}>
      {width > 0 ? <Kind {...draw} /> : null}
      {zoom ? (
        <Button size="compact-xs" variant="default" pos="absolute" top={0} right={0} onClick={() => setZoom(undefined)}>
          Reset zoom
        </Button>
      ) : null}
    </div>
  )
}

interface Drawn {
  plot: PlotProps
  rows: Row[]
  width: number
  ranges: Ranges
  setZoom: (zoom: Range | undefined) => void
}

const widthOf = (texts: string[]) => Math.min(AXIS_WIDTH, 18 + LETTER * Math.max(1, ...texts.map(t => t.length)))

/** Both axes with titles and units, and the grid. */
function axesOf({ plot, ranges, width }: Drawn) {
  const { x, y, yTicks } = ranges
  const yTitle = axisTitle(plot.y)
  return {
    h: '100%',
    xAxisLabel: axisTitle(plot.x),
    yAxisLabel: yTitle,
    tickLine: 'none' as const,
    strokeDasharray: '0',
    gridProps: { strokeOpacity: 0.6 },
    withDots: false,
    xAxisProps: {
      type: 'number' as const,
      domain: [x.low, x.high],
      ticks: placeTicks(x, plot, width),
      tickFormatter: plot.x.format,
      allowDataOverflow: true,
      minTickGap: 12,
    },
    yAxisProps: {
      domain: [y.low, y.high],
      ticks: yTicks,
      tickFormatter: plot.y.format,
      scale: plot.log ? ('log' as const) : ('linear' as const),
      allowDataOverflow: true,
      width: widthOf(yTicks.map(plot.y.format)) + (yTitle ? 16 : 0),
    },
  }
}

/** Vertical lines of events; a label that would cover the one before it moves down, further ones are left out. */
function markersOf({ plot, ranges: { x }, width }: Drawn) {
  const ends = [Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY]
  return (plot.markers ?? []).map(({ x: at, label }) => {
    const left = ((at - x.low) / (x.high - x.low)) * width
    const line = ends.findIndex(end => end <= left)
    if (line >= 0) ends[line] = left + label.length * LETTER + 8
    const text = {
      value: line < 0 ? '' : label,
      position: 'insideTopLeft' as const,
      fill: MUTED,
      dy: line * 13,
      fontSize: 11,
    }
    return { x: at, color: MUTED, strokeDasharray: '2 3', label: text }
  })
}

const marginOf = ({ plot }: Drawn) => ({
  top: 6,
  right: 14,
  bottom: axisTitle(plot.x) ? 26 : 4,
  left: axisTitle(plot.y) ? 8 : 0,
})

function LinesOrBins(drawn: Drawn) {
  const { plot, rows, setZoom } = drawn
  const { kind, series, band } = plot
  const lines = kind === 'line'
  const data = rows.map(({ x, cells }, i) => {
    const row: Record<string, unknown> = { x, i }
    cells.forEach((cell, s) => {
      row[`s${s}`] = cell?.y ?? null
      if (cell?.low != null && cell.high != null) row[`r${s}`] = [cell.low, cell.high]
    })
    return row
  })
  const spread = (s: number) => series[s]!.points.some(p => p.low != null && p.high != null)
  const all: ComponentProps<typeof CompositeChart>['series'] = series.flatMap(({ color, dashed, name }, s) => [
    ...(lines && spread(s) ? [{ name: `r${s}`, color, type: 'area' as const }] : []),
    {
      name: `s${s}`,
      label: name,
      color,
      type: lines ? ('line' as const) : ('bar' as const),
      strokeDasharray: dashed ? '4 3' : undefined,
    },
  ])
  return (
    <CompositeChart
      {...axesOf(drawn)}
      data={data}
      dataKey="x"
      series={all}
      curveType="linear"
      connectNulls={false}
      strokeWidth={1.7}
      composedChartProps={{ margin: marginOf(drawn) }}
      areaProps={{ strokeWidth: 0, fillOpacity: 0.14, activeDot: false, tooltipType: 'none' }}
      lineProps={item => ({
        activeDot: { r: 3.5 },
        dot: ({ key, cx, cy, index }) => (
          <LoneDot key={key} {...{ cx, cy, index, data }} color={String(item.color)} name={item.name} />
        ),
      })}
      barProps={item => ({ shape: shape => <BinBar {...shape} {...binOf(rows, item.name, shape)} /> })}
      referenceAreas={band ? [{ y1: band.low, y2: band.high, color: ACCENT, fillOpacity: 0.12, strokeOpacity: 0 }] : []}
      referenceLines={markersOf(drawn)}
      tooltipProps={{
        content: ({ payload, active }) => {
          const row = active ? rows[(payload?.[0]?.payload as { i: number } | undefined)?.i ?? -1] : undefined
          return row ? <RowReading {...row} plot={plot} /> : null
        },
      }}
    >
      <DragRange
        onRange={(low, high) => (plot.onRange ? plot.onRange(low, high) : setZoom({ low, high }))}
        onPick={at => pickBin(rows, at, plot.onPick)}
      />
    </CompositeChart>
  )
}

const binOf = (rows: Row[], name: string, shape: unknown) => {
  const { i } = (shape as { payload: { i: number } }).payload
  const series = Number(name.slice(1))
  return { bin: rows[i]?.cells[series] ?? null, outlined: series > 0 }
}

function pickBin(rows: Row[], at: number, onPick: ((point: Point) => void) | undefined): void {
  const bin = rows
    .flatMap(row => row.cells)
    .find(cell => cell && (cell.from ?? cell.x) <= at && at <= (cell.to ?? cell.x))
  if (bin) onPick?.(bin)
}

function Dots(drawn: Drawn) {
  const { plot, ranges, setZoom } = drawn
  const { series, diagonal } = plot
  const { x, y } = ranges
  const few = series.reduce((sum, s) => sum + s.points.length, 0) <= FEW_DOTS
  const [from, to] = [Math.max(x.low, y.low), Math.min(x.high, y.high)]
  const { withDots: _, ...axes } = axesOf(drawn)
  const read = (at: { s: number; i: number } | undefined) => {
    const point = at && series[at.s]?.points[at.i]
    if (!point) return null
    const { name, color } = series[at.s]!
    const row = { name: plot.y.label ?? name, text: formatPoint(point, plot.y), color }
    return <Reading title={formatPlace(point, plot.x)} rows={[row]} />
  }
  return (
    <ScatterChart
      {...axes}
      data={series.map(({ name, color, points }, s) => ({
        name,
        color,
        data: points.map((p, i) => ({ x: p.x, y: p.y ?? Number.NaN, s, i })),
      }))}
      dataKey={{ x: 'x', y: 'y' }}
      scatterChartProps={{ margin: marginOf(drawn) }}
      scatterProps={{
        shape: ({ cx, cy, fill }) => <circle {...{ cx, cy }} fill={String(fill)} {...(few ? LARGE_DOT : SMALL_DOT)} />,
      }}
      referenceLines={
        diagonal
          ? [{ segment: [from, to].map(at => ({ x: at, y: at })) as never, color: MUTED, strokeDasharray: '4 3' }]
          : []
      }
      tooltipProps={{ content: ({ payload, active }) => (active ? read(payload?.[0]?.payload) : null) }}
    >
      <DragRange onRange={(low, high) => setZoom({ low, high })} />
    </ScatterChart>
  )
}

/** Bars with their names at the left and their values at the right. */
function NamedBars({ plot }: Drawn) {
  const { series, y } = plot
  const names = series[0]?.points.map(p => p.name || '(empty)') ?? []
  const textOf = (s: number, i: number) => (series[s]?.points[i] ? formatPoint(series[s].points[i], y) : '')
  const data = names.map((name, i) => ({
    i,
    name,
    ...Object.fromEntries(series.map(({ points }, s) => [`s${s}`, points[i]?.y ?? null])),
  }))
  const texts = series.flatMap(({ points }, s) => points.map((_, i) => textOf(s, i)))
  const letters = Math.max(...names.map(name => name.length))
  const most = Math.floor(NAME_WIDTH / LETTER)
  return (
    <BarChart
      h="100%"
      data={data}
      dataKey="name"
      orientation="vertical"
      series={series.map(({ color, name }, s) => ({ name: `s${s}`, label: name, color }))}
      withXAxis={false}
      gridAxis="none"
      yAxisProps={{
        width: 16 + LETTER * Math.min(most, letters),
        interval: 0,
        tickFormatter: name => (name.length > most ? `${name.slice(0, most - 1)}…` : name),
      }}
      maxBarWidth={12}
      barChartProps={{
        margin: { top: 0, right: 14 + LETTER * Math.max(2, ...texts.map(t => t.length)), bottom: 0, left: 0 },
      }}
      barProps={{ radius: 3 }}
      withBarValueLabel
      valueLabelProps={({ name }: { name: string }) => ({
        content: ({ y: top, height, index }) => (
          <BarText top={Number(top)} height={Number(height)} text={textOf(Number(name.slice(1)), index ?? 0)} />
        ),
      })}
      tooltipProps={{
        content: ({ payload, active }) => {
          const i = active ? (payload?.[0]?.payload as { i: number } | undefined)?.i : undefined
          if (i === undefined) return null
          const rows = series.map(({ name, color }, s) => ({ name, color, text: textOf(s, i) }))
          return <Reading title={names[i] ?? ''} rows={rows} />
        },
      }}
    />
  )
}
