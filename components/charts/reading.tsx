import { Paper, Text } from '@mantine/core'
import { inkOf } from '../ui/colors.ts'
import { formatPlace, formatPoint, type PlotProps, type Point } from './chart-props.ts'

const MOST_ROWS = 12

/** The values of all series at one place; what lies between two points is marked as estimated. */
export function Reading({ cells, plot }: { cells: (Point | null | undefined)[]; plot: PlotProps }) {
  const rows = plot.series.flatMap(({ name, color }, s) => {
    const cell = cells[s]
    return cell && cell.y !== null ? [{ name, color, cell }] : []
  })
  if (!rows[0]) return null
  return (
    <Paper withBorder radius="sm" px={8} py={4} fz={12} style={{ fontVariantNumeric: 'tabular-nums' }}>
      <Text fz={12} c="dimmed" style={{ whiteSpace: 'nowrap' }}>
        {formatPlace(rows[0].cell, plot.x)}
      </Text>
      {rows.slice(0, MOST_ROWS).map(({ name, color, cell }) => (
        <div key={name} style={{ display: 'flex', gap: 12, justifyContent: 'space-between', whiteSpace: 'nowrap' }}>
          <span style={{ color: inkOf(color), fontWeight: 600 }}>{name}</span>
          <span>{`${'between' in cell ? '≈ ' : ''}${formatPoint(cell, plot.y)}`}</span>
        </div>
      ))}
      {rows.length > MOST_ROWS ? <span>and {rows.length - MOST_ROWS} more</span> : null}
    </Paper>
  )
}
