'use client'
import { Button, Center, Group, Skeleton, Text, UnstyledButton } from '@mantine/core'
import dynamic from 'next/dynamic'
import { useMemo, useState } from 'react'
import { ACCENT, inkOf, seriesColor } from '../ui/colors.ts'
import { tabulate } from './align-series.ts'
import { ChartFigure } from './chart-figure.tsx'
import { type ChartProps, MOST_SVG_MARKS, type PlotProps, type Range } from './chart-props.ts'

// Libraries of charts load after the first paint; the plot has its final height before.
const loading = () => <Skeleton height="100%" radius="sm" />
const RechartsPlot = dynamic(() => import('./recharts-plot.tsx').then(m => m.RechartsPlot), { ssr: false, loading })
const UplotPlot = dynamic(() => import('./uplot-plot.tsx').then(m => m.UplotPlot), { ssr: false, loading })

const BAR_PIXELS = 26
/** Decades that a linear axis shows badly. */
const LOG_FROM = 50

const heightOf = ({ kind, series }: ChartProps) =>
  kind === 'bars' ? (series[0]?.points.length ?? 0) * (BAR_PIXELS + 10 * (series.length - 1)) + 8 : 200

/** Any chart of the product: a figure with legend, table and files, drawn as SVG, or on a canvas when it has many marks. */
export function Chart(props: ChartProps) {
  const { title, note, summary, badge, actions, table, onRange, series, height = heightOf(props), ...plot } = props
  const [hidden, setHidden] = useState<string[]>([])
  const [log, setLog] = useState(false)
  const [zoom, setZoom] = useState<Range>()
  const colored = useMemo(() => series.map((s, i) => ({ ...s, color: s.color ?? seriesColor(i) })), [series])
  const shown = useMemo(() => colored.filter(s => !hidden.includes(s.name)), [colored, hidden])
  const values = series.flatMap(s =>
    s.points.flatMap(p => [p.y, p.low].filter(value => Number.isFinite(value))),
  ) as number[]
  const lowest = values.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY)
  const canLog = plot.kind === 'line' && lowest > 0 && values.some(value => value / lowest > LOG_FROM)
  const marks = series.reduce((sum, s) => sum + s.points.length, 0)
  const isPlain = !plot.band && !plot.markers?.length && !plot.diagonal && !series.some(s => s.points[0]?.low != null)
  const Plot =
    marks > MOST_SVG_MARKS && isPlain && (plot.kind === 'line' || plot.kind === 'dots') ? UplotPlot : RechartsPlot
  return (
    <ChartFigure
      {...{ title, note, summary, badge, actions }}
      picture={values.length > 0}
      table={table ?? (() => tabulate(series, plot.x, plot.y))}
      options={canLog ? [{ label: log ? 'Linear scale' : 'Logarithmic scale', onClick: () => setLog(!log) }] : []}
    >
      {series.length > 1 ? <Legend series={colored} hidden={hidden} onChange={setHidden} /> : null}
      {/* Read out by the summary and the table, which the keyboard reaches too. */}
      <div style={{ height, position: 'relative' }}>
        {values.length === 0 ? (
          <Center h="100%" fz="sm" c="dimmed">
            Nothing is measured yet.
          </Center>
        ) : (
          <Plot
            {...{ ...plot, height, zoom, series: shown, log: log && canLog }}
            onZoom={onRange ?? ((from, to) => setZoom({ from, to }))}
          />
        )}
        {zoom ? (
          <Button
            size="compact-xs"
            variant="default"
            pos="absolute"
            top={0}
            right={0}
            onClick={() => setZoom(undefined)}
          >
            Reset zoom
          </Button>
        ) : null}
      </div>
      {plot.band ? (
        <Text size="xs" c={inkOf(ACCENT)}>
          ▬ {plot.band.label}
        </Text>
      ) : null}
    </ChartFigure>
  )
}

/** Names of the series; a click hides one or shows it again. */
const Legend = ({
  series,
  hidden,
  onChange,
}: Pick<PlotProps, 'series'> & { hidden: string[]; onChange: (hidden: string[]) => void }) => (
  <Group gap="2px 14px" mb={4}>
    {series.map(({ name, color, dashed }) => {
      const isShown = !hidden.includes(name)
      return (
        <UnstyledButton
          key={name}
          fz={12}
          maw="100%"
          c={isShown ? inkOf(color) : 'dimmed'}
          td={isShown ? undefined : 'line-through'}
          aria-pressed={isShown}
          onClick={() => onChange(isShown ? [...hidden, name] : hidden.filter(other => other !== name))}
          style={{ display: 'flex', alignItems: 'center', gap: 6 }}
        >
          <span
            aria-hidden
            style={{ width: 14, borderTop: `3px ${dashed ? 'dotted' : 'solid'} ${color}`, flex: 'none' }}
          />
          <Text span inherit truncate>
            {name}
          </Text>
        </UnstyledButton>
      )
    })}
  </Group>
)
