'use client'
import { Center, Group, Menu, Skeleton, Text, UnstyledButton } from '@mantine/core'
import dynamic from 'next/dynamic'
import { useMemo, useState } from 'react'
import { tabulate } from './align-series.ts'
import { ChartFigure } from './chart-figure.tsx'
import { type ChartProps, MOST_SVG_MARKS, type Series } from './chart-props.ts'
import { ACCENT, inkOf, seriesColor } from './colors.ts'
import { rangeOf } from './ticks.ts'

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
  const { title, note, summary, badge, actions, table, series, height = heightOf(props), ...plot } = props
  const [hidden, setHidden] = useState<ReadonlySet<string>>(new Set())
  const [log, setLog] = useState(false)
  const colored = useMemo(() => series.map((s, i) => ({ ...s, color: s.color ?? seriesColor(i) })), [series])
  const shown = useMemo(() => colored.filter(s => !hidden.has(s.name)), [colored, hidden])
  const marks = series.reduce((sum, s) => sum + s.points.length, 0)
  const values = rangeOf(series.flatMap(s => s.points.flatMap(p => [p.y, p.low])))
  const canLog = plot.kind === 'line' && values !== null && values.low > 0 && values.high / values.low > LOG_FROM
  const Plot = marks > MOST_SVG_MARKS && (plot.kind === 'line' || plot.kind === 'dots') ? UplotPlot : RechartsPlot
  return (
    <ChartFigure
      {...{ title, note, summary, badge, actions }}
      picture={values !== null}
      table={table ?? (() => tabulate(series, plot.x, plot.y))}
      options={
        canLog ? <Menu.Item onClick={() => setLog(!log)}>{log ? 'Linear scale' : 'Logarithmic scale'}</Menu.Item> : null
      }
    >
      {series.length > 1 ? <Legend series={colored} hidden={hidden} onChange={setHidden} /> : null}
      {/* Read out by the summary and the table, which the keyboard reaches too. */}
      <div style={{ height, position: 'relative' }}>
        {values === null ? (
          <Center h="100%">
            <Text size="sm" c="dimmed">
              Nothing is measured yet.
            </Text>
          </Center>
        ) : (
          <Plot {...plot} series={shown} height={height} log={log && canLog} />
        )}
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
function Legend({
  series,
  hidden,
  onChange,
}: {
  series: (Series & { color: string })[]
  hidden: ReadonlySet<string>
  onChange: (hidden: ReadonlySet<string>) => void
}) {
  const toggle = (name: string) => {
    const next = new Set(hidden)
    if (!next.delete(name)) next.add(name)
    onChange(next)
  }
  return (
    <Group gap="2px 14px" mb={4}>
      {series.map(({ name, color, dashed }) => (
        <UnstyledButton
          key={name}
          fz={12}
          aria-pressed={!hidden.has(name)}
          onClick={() => toggle(name)}
          style={{ display: 'flex', alignItems: 'center', gap: 6, maxWidth: '100%', overflow: 'hidden' }}
        >
          <span
            aria-hidden
            style={{ width: 14, borderTop: `3px ${dashed ? 'dotted' : 'solid'} ${color}`, flex: 'none' }}
          />
          <Text
            span
            inherit
            truncate
            c={hidden.has(name) ? 'dimmed' : inkOf(color)}
            td={hidden.has(name) ? 'line-through' : undefined}
          >
            {name}
          </Text>
        </UnstyledButton>
      ))}
    </Group>
  )
}
