import '@mantine/charts/styles.css'
import { BarChart, CompositeChart, ScatterChart } from '@mantine/charts'
import { type ComponentProps, useMemo } from 'react'
import { ACCENT, MUTED } from '../ui/colors.ts'
import { alignSeries } from './align-series.ts'
import { axisTitle, formatPoint, isInside, isTime, type PlotProps, type Point } from './chart-props.ts'
import { Reading } from './reading.tsx'
import { BinBar, DragRange } from './recharts-parts.tsx'

const [LETTER, LONGEST_NAME] = [6.6, 24]
const FEW_DOTS = 60
const LARGE_DOT = { r: 4, fillOpacity: 0.85 }
const MARGIN = { top: 6, right: 14, bottom: 26, left: 8 }
const DOMAINS = { line: ['dataMin', 'dataMax'], dots: ['auto', 'auto'], bars: [] }
const BAND = { color: ACCENT, fillOpacity: 0.12, strokeOpacity: 0, ifOverflow: 'extendDomain' } as const
const MARK = { position: 'insideTopLeft', fill: MUTED, fontSize: 11 } as const
// Recharts measures a title that is the label of its axis; Mantine's own would lie over the ticks.
const TITLE = { angle: -90, position: 'insideLeft', textAnchor: 'middle', offset: 2, fontSize: 12 } as const
const Y_AXIS = { width: 'auto', tick: { fontSize: 12, fill: 'currentColor', transform: 'translate(-4, 0)' } } as const
const SMALL_DOT = { r: 2.6, fillOpacity: 0.5 }

/** Up to about 2,000 marks, as SVG by Recharts with Mantine's look. */
export function RechartsPlot(plot: PlotProps) {
  const Kind = plot.kind === 'bars' ? NamedBars : plot.kind === 'dots' ? Dots : Lines
  return <Kind {...plot} />
}

/** Both axes with titles and units; Recharts finds ranges and ticks. */
function axesOf({ kind, x, y, log, series, zoom, markers = [] }: PlotProps) {
  const [first, last] = [series[0]?.points[0], series[0]?.points.at(-1)]
  const whole = series.every(s => s.points.length > 1 && s.points.every(p => p.x % 1 === 0))
  const seen = zoom ? [] : [y.range?.low, y.range?.high].filter(at => at !== undefined)
  return {
    h: '100%',
    xAxisLabel: axisTitle(x),
    tickLine: 'none' as const,
    strokeDasharray: '0',
    gridProps: { strokeOpacity: 0.6 },
    xAxisProps: {
      type: 'number' as const,
      domain: kind === 'bins' ? [first?.from ?? 0, last?.to ?? 1] : DOMAINS[kind],
      scale: first && isTime(first.x) ? ('time' as const) : ('linear' as const),
      allowDecimals: !whole,
      tickFormatter: x.format,
      minTickGap: 12,
    },
    yAxisProps: {
      domain: ['auto', 'auto'],
      tickFormatter: y.format,
      scale: log ? ('log' as const) : ('linear' as const),
      ...Y_AXIS,
      label: { ...TITLE, value: axisTitle(y) },
    },
    referenceLines: [
      ...seen.map(at => ({ y: at, ifOverflow: 'extendDomain' as const, strokeOpacity: 0 })),
      ...markers.map(({ x, label: value }, i) => ({
        ...{ x, color: MUTED, strokeDasharray: '2 3' },
        // Neighbors stand below each other.
        label: { ...MARK, value, dy: 13 * (i % 2) },
      })),
    ],
  }
}

/** Lines over numbers or instants with their intervals, or the bars of a histogram. */
function Lines(plot: PlotProps) {
  const { kind, series, band, zoom, onPick, onZoom } = plot
  const rows = useMemo(() => alignSeries(series).filter(row => isInside(row, zoom)), [series, zoom])
  const data = rows.map(({ x, cells }, i) => {
    const row: Record<string, unknown> = { x, i }
    cells.forEach((cell, s) => {
      row[`s${s}`] = cell?.y ?? null
      if (cell?.low != null && cell.high != null) row[`r${s}`] = [cell.low, cell.high]
    })
    return row
  })
  const isLone = (i: number, name: string) =>
    [i - 1, i, i + 1].map(at => data[at]?.[name] != null).join() === 'false,true,false'
  const marks: ComponentProps<typeof CompositeChart>['series'] = series.flatMap(({ color, dashed, points }, s) => [
    ...(kind === 'line' && points.some(p => p.low != null) ? [{ name: `r${s}`, color, type: 'area' as const }] : []),
    {
      name: `s${s}`,
      color,
      type: kind === 'line' ? ('line' as const) : ('bar' as const),
      strokeDasharray: dashed ? '4 3' : undefined,
    },
  ])
  const pick = (at: number) => {
    const bin = rows.flatMap(row => row.cells).find(cell => cell && isInside(cell, { from: at, to: at }))
    if (bin) onPick?.(bin)
  }
  return (
    <CompositeChart
      {...axesOf(plot)}
      data={data}
      dataKey="x"
      series={marks}
      curveType="linear"
      connectNulls={false}
      strokeWidth={1.7}
      composedChartProps={{ margin: MARGIN }}
      areaProps={{ strokeWidth: 0, fillOpacity: 0.14, dot: false, activeDot: false, tooltipType: 'none' }}
      lineProps={({ name, color }) => ({
        activeDot: { r: 3.5 },
        // Between two gaps a line has no length: a dot shows that something was measured.
        dot: ({ key, cx, cy, index }) =>
          isLone(index, name) ? <circle key={key} {...{ cx, cy }} r={2.2} fill={color} /> : <g key={key} />,
      })}
      barProps={({ name, color }) => ({
        shape: bar => {
          const s = Number(name.slice(1))
          const { i } = (bar as unknown as { payload: { i: number } }).payload
          return <BinBar y={bar.y} height={bar.height} color={color} bin={rows[i]?.cells[s]} outlined={s > 0} />
        },
      })}
      referenceAreas={band && !zoom ? [{ y1: band.low, y2: band.high, ...BAND }] : []}
      tooltipProps={{
        content: ({ payload, active }) =>
          active ? <Reading cells={rows[payload?.[0]?.payload?.i]?.cells ?? []} plot={plot} /> : null,
      }}
    >
      <DragRange onRange={onZoom} onPick={pick} />
    </CompositeChart>
  )
}

function Dots(plot: PlotProps) {
  const { series, diagonal, zoom, onZoom } = plot
  const all = series.flatMap(s => s.points.filter(p => isInside(p, zoom)).flatMap(p => [p.x, p.y ?? p.x]))
  const ends = [Math.min(...all), Math.max(...all)].map(at => ({ x: at, y: at }))
  const dot = all.length <= 2 * FEW_DOTS ? LARGE_DOT : SMALL_DOT
  const axes = axesOf(plot)
  return (
    <ScatterChart
      {...axes}
      data={series.map(({ name, color, points }, s) => ({
        name,
        color,
        data: points.flatMap((p, i) => (p.y !== null && isInside(p, zoom) ? [{ x: p.x, y: p.y, s, i }] : [])),
      }))}
      dataKey={{ x: 'x', y: 'y' }}
      scatterChartProps={{ margin: MARGIN }}
      scatterProps={{ shape: ({ cx, cy, fill }) => <circle {...{ cx, cy }} fill={String(fill)} {...dot} /> }}
      referenceLines={[
        ...axes.referenceLines,
        ...(diagonal
          ? [{ segment: ends as never, color: MUTED, strokeDasharray: '4 3', ifOverflow: 'extendDomain' as const }]
          : []),
      ]}
      tooltipProps={{
        content: ({ payload, active }) => {
          const at = payload?.[0]?.payload
          return active && at ? (
            <Reading cells={series.map((_, s) => (s === at.s ? series[s]!.points[at.i] : null))} plot={plot} />
          ) : null
        },
      }}
    >
      <DragRange onRange={onZoom} onPick={() => undefined} />
    </ScatterChart>
  )
}

/** Bars with their names at the left and their values at the right. */
function NamedBars(plot: PlotProps) {
  const { series, y } = plot
  const textOf = (point: Point | undefined) => (point ? formatPoint(point, y) : '')
  const data = (series[0]?.points ?? []).map(({ name }, i) => {
    const values = series.flatMap(({ points }, s) => [
      [`s${s}`, points[i]?.y ?? null],
      [`t${s}`, textOf(points[i])],
    ])
    return { i, name: name || '(empty)', ...Object.fromEntries(values) }
  })
  const longest = Math.max(2, ...series.flatMap(({ points }) => points.map(p => textOf(p).length)))
  return (
    <BarChart
      h="100%"
      data={data}
      dataKey="name"
      orientation="vertical"
      series={series.map(({ color }, s) => ({ name: `s${s}`, color }))}
      withXAxis={false}
      gridAxis="none"
      yAxisProps={{
        ...Y_AXIS,
        interval: 0,
        tickFormatter: name => (name.length > LONGEST_NAME ? `${name.slice(0, LONGEST_NAME - 1)}…` : name),
      }}
      maxBarWidth={12}
      barChartProps={{ margin: { top: 0, right: 14 + LETTER * longest, bottom: 0, left: 0 } }}
      barProps={{ radius: 3 }}
      withBarValueLabel
      valueLabelProps={({ name }: { name: string }) => ({ dataKey: name.replace('s', 't'), formatter: undefined })}
      tooltipProps={{
        content: ({ payload, active }) =>
          active ? <Reading cells={series.map(s => s.points[payload?.[0]?.payload?.i])} plot={plot} /> : null,
      }}
    />
  )
}
