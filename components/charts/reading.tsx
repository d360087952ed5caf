import { Paper, Text } from '@mantine/core'
import type { Cell } from './align-series.ts'
import { formatPlace, formatPoint, type PlotProps } from './chart-props.ts'
import { inkOf } from './colors.ts'

const MOST_ROWS = 12

/** The values of all series at one place. */
export function Reading({ title, rows }: { title: string; rows: { name: string; text: string; color: string }[] }) {
  return (
    <Paper withBorder radius="sm" px={8} py={4} fz={12} style={{ fontVariantNumeric: 'tabular-nums' }}>
      <Text fz={12} c="dimmed" style={{ whiteSpace: 'nowrap' }}>
        {title}
      </Text>
      {rows.slice(0, MOST_ROWS).map(row => (
        <div key={row.name} style={{ display: 'flex', gap: 12, justifyContent: 'space-between', whiteSpace: 'nowrap' }}>
          <span style={{ color: inkOf(row.color), fontWeight: 600 }}>{row.name}</span>
          <span>{row.text}</span>
        </div>
      ))}
      {rows.length > MOST_ROWS ? <span>and {rows.length - MOST_ROWS} more</span> : null}
    </Paper>
  )
}

/** The values of an aligned row; what lies between two points is marked as estimated. */
export function RowReading({ cells, x, plot }: { cells: Cell[]; x: number; plot: PlotProps }) {
  const rows = cells.flatMap((cell, s) => {
    const { name, color } = plot.series[s]!
    if (!cell || cell.y === null) return []
    return [{ name, color, text: `${cell.between ? '≈ ' : ''}${formatPoint(cell, plot.y)}` }]
  })
  const first = cells.find(cell => cell !== null)
  return <Reading title={formatPlace(first ?? { x, y: null }, plot.x)} rows={rows} />
}
