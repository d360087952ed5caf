import { Button, Group, Loader } from '@mantine/core'
import { useState } from 'react'
import type { ColumnProfile } from '#server/data/profile/contract.ts'
import { Chart } from '../../charts/chart.tsx'
import { formatCount, formatNumber } from '../../ui/format.ts'
import { Problem } from '../../ui/problem.tsx'
import { formatCell } from '../labels.ts'
import { useZoom } from './client.ts'
import { formatInstant, useShowRows } from './row-filters.ts'
import { moved, type Range, zoomed } from './zoom.ts'

/** The spread of a column: dragging over a range or the buttons fetch finer bins; a bar opens its rows. */
export function ZoomHistogram({
  project,
  dataset,
  column,
}: {
  project: string
  dataset: string
  column: ColumnProfile
}) {
  const first = column.histogram[0]!
  const last = column.histogram.at(-1)!
  const whole: Range = { from: first.from, to: last.to }
  const [range, setRange] = useState<Range>()
  const { data, error, isFetching, refetch } = useZoom(project, dataset, column.name, range)
  const showRows = useShowRows()
  const time = column.type === 'datetime'
  const format = time ? formatInstant : formatCell
  const bins = range && data ? data.bins : column.histogram
  const inside = bins.reduce((sum, b) => sum + b.count, 0)
  const now = range ?? whole
  const change = (next: Range) => setRange(next.from <= whole.from && next.to >= whole.to ? undefined : next)
  const open = (from: number, to: number) =>
    showRows([{ is: 'between', column: column.name, from, to, withEnd: to >= (bins.at(-1)?.to ?? to) }])
  return (
    <div style={{ minWidth: 0 }}>
      {error ? <Problem error={error} onRetry={() => refetch()} /> : null}
      <Chart
        kind="bins"
        series={[{ name: 'values', points: bins.map(b => ({ ...b, x: (b.from + b.to) / 2, y: b.count })) }]}
        x={{ label: column.name, format }}
        y={{ label: 'values', format: formatNumber }}
        title="Spread"
        note={range ? `${format(now.from)} to ${format(now.to)}` : 'all values'}
        summary={`${column.name}: ${formatCount(inside, 'value')} from ${format(now.from)} to ${format(now.to)}. Drag over a range to zoom; click a bar for its rows.`}
        actions={
          <ZoomButtons
            now={now}
            whole={whole}
            isFetching={isFetching}
            onChange={change}
            onRows={() => open(now.from, now.to)}
          />
        }
        onRange={(from, to) => change({ from: Math.max(from, whole.from), to: Math.min(to, whole.to) })}
        onPick={bin => open(bin.from ?? bin.x, bin.to ?? bin.x)}
      />
    </div>
  )
}

interface ZoomButtonsProps {
  now: Range
  whole: Range
  isFetching: boolean
  onChange: (range: Range) => void
  onRows: () => void
}

function ZoomButtons({ now, whole, isFetching, onChange, onRows }: ZoomButtonsProps) {
  const isWhole = now.from <= whole.from && now.to >= whole.to
  const buttons = [
    { sign: '+', name: 'Zoom in', isOff: false, next: zoomed(now, 0.5, whole) },
    { sign: '−', name: 'Zoom out', isOff: isWhole, next: zoomed(now, 2, whole) },
    { sign: '←', name: 'Move to smaller values', isOff: now.from <= whole.from, next: moved(now, -0.5, whole) },
    { sign: '→', name: 'Move to larger values', isOff: now.to >= whole.to, next: moved(now, 0.5, whole) },
    { sign: 'All', name: undefined, isOff: isWhole, next: whole },
  ]
  const look = { size: 'compact-xs', variant: 'default' } as const
  return (
    <Group gap={4} wrap="nowrap">
      {isFetching && !isWhole ? <Loader size={14} aria-label="Counting" /> : null}
      {buttons.map(({ sign, name, isOff, next }) => (
        <Button key={sign} {...look} aria-label={name} disabled={isOff} onClick={() => onChange(next)}>
          {sign}
        </Button>
      ))}
      <Button {...look} disabled={isWhole} onClick={onRows} aria-label="Show rows in this range">
        Rows
      </Button>
    </Group>
  )
}
