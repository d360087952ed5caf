import 'uplot/dist/uPlot.min.css'
import { Box, useComputedColorScheme } from '@mantine/core'
import { useElementSize } from '@mantine/hooks'
import { useEffect, useMemo, useRef, useState } from 'react'
import UPlot from 'uplot'
import { HAIRLINE, MUTED } from '../ui/colors.ts'
import { alignSeries, type Row } from './align-series.ts'
import { type Axis, axisTitle, isInside, isTime, type PlotProps } from './chart-props.ts'
import { Reading } from './reading.tsx'

type ColorOf = (css: string) => string
type Place = { index: number; left: number } | null

/** Tens of thousands of marks, on a canvas by uPlot; dragging zooms. */
export function UplotPlot(plot: PlotProps) {
  const { ref, width } = useElementSize()
  const scheme = useComputedColorScheme('light')
  const box = useRef<HTMLDivElement>(null)
  const [place, setPlace] = useState<Place>(null)
  const rows = useMemo(() => rowsOf(plot), [plot])
  // biome-ignore lint/correctness/useExhaustiveDependencies: another scheme means other colors
  useEffect(() => {
    const root = box.current
    if (!root || width === 0) return
    const colorOf = (css: string) => {
      root.style.color = css
      return getComputedStyle(root).color
    }
    const chart = new UPlot({ ...optionsOf(plot, colorOf, setPlace), width }, columnsOf(plot, rows), root)
    return () => chart.destroy()
  }, [plot, rows, width, scheme])
  return (
    <div ref={ref} style={{ height: '100%', position: 'relative' }}>
      <div ref={box} aria-hidden />
      {place ? (
        // The values stand where the pointer is not.
        <Box
          pos="absolute"
          top={4}
          {...(place.left > width / 2 ? { left: 60 } : { right: 8 })}
          style={{ pointerEvents: 'none', zIndex: 2 }}
        >
          <Reading plot={plot} cells={rows[place.index]?.cells ?? []} />
        </Box>
      ) : null}
    </div>
  )
}

const rowsOf = ({ kind, series, zoom }: PlotProps): Row[] =>
  alignSeries(
    kind === 'dots' ? series.map(s => ({ ...s, points: s.points.toSorted((a, b) => a.x - b.x) })) : series,
  ).filter(row => isInside(row, zoom))

/** x, then the values of each series. */
const columnsOf = ({ kind, series }: PlotProps, rows: Row[]): UPlot.AlignedData => [
  rows.map(row => row.x),
  ...series.map((_, s) => rows.map(({ cells }) => (kind === 'dots' && cells[s]?.between ? null : cells[s]?.y) ?? null)),
]

function optionsOf(plot: PlotProps, colorOf: ColorOf, onPlace: (place: Place) => void): Omit<UPlot.Options, 'width'> {
  const { series, kind, height, log, x, y, onZoom } = plot
  const font = '11px var(--mantine-font-family)'
  const axis = (of: Axis, size: UPlot.Axis.Size): UPlot.Axis => ({
    stroke: colorOf(MUTED),
    grid: { stroke: colorOf(HAIRLINE), width: 1 },
    ticks: { show: false },
    label: axisTitle(of),
    labelSize: 18,
    size,
    font,
    labelFont: font,
    values: (_, splits) => splits.map(value => (value === null ? '' : of.format(value))),
  })
  return {
    height,
    ms: 1,
    legend: { show: false },
    cursor: { drag: { x: true, y: false, setScale: false }, points: { size: 7 } },
    scales: { x: { time: isTime(series[0]?.points[0]?.x ?? 0) }, y: { distr: log ? 3 : 1 } },
    axes: [axis(x, 28), axis(y, (_, texts) => 22 + 6.2 * Math.max(1, ...(texts ?? []).map(text => text.length)))],
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
    ],
    hooks: {
      setCursor: [({ cursor: { idx, left = -1 } }) => onPlace(idx == null || left < 0 ? null : { index: idx, left })],
      setSelect: [
        ({ select: { left, width }, posToVal: at }) => width > 0 && onZoom(at(left, 'x'), at(left + width, 'x')),
      ],
    },
  }
}
