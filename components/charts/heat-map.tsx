'use client'
import { Box, Text } from '@mantine/core'
import { useElementSize } from '@mantine/hooks'
import { ChartFigure } from './chart-figure.tsx'
import type { ChartText } from './chart-props.ts'
import { ACCENT_SURFACE, BAD, SURFACE } from './colors.ts'
import classes from './heat-map.module.css'

interface HeatCell {
  value: number | null
  flagged: boolean
  title: string
}

const NARROWEST = 14
/** Strongest share of the accent on which the ink of the page stays readable. */
const STRONGEST = 62

/** A value per row and column: the stronger the color, the larger; a dot marks what is flagged. */
export function HeatMap({
  rows,
  columns,
  cells,
  format,
  ...text
}: ChartText & {
  rows: string[]
  columns: string[]
  cells: HeatCell[][]
  format: (value: number) => string
}) {
  const { ref, width } = useElementSize()
  const largest = Math.max(1e-12, ...cells.flat().map(c => Math.abs(c.value ?? 0)))
  const longest = Math.max(4, ...cells.flat().map(c => (c.value === null ? 0 : format(c.value).length)))
  const nameWidth = Math.min(150, 16 + 6.6 * Math.max(0, ...rows.map(r => r.length)))
  const cellWidth = columns.length === 0 ? 0 : (width - nameWidth) / columns.length
  const written = cellWidth >= longest * 6.4 + 10
  // Names of columns stand as far apart as they are long.
  const every = Math.max(
    1,
    Math.ceil((6.6 * Math.max(1, ...columns.map(c => c.length)) + 6) / Math.max(NARROWEST, cellWidth)),
  )
  return (
    <ChartFigure
      {...text}
      table={() => ({
        head: ['', ...columns],
        rows: rows.map((row, r) => [
          row,
          ...columns.map((_, c) => {
            const cell = cells[r]?.[c]
            return !cell || cell.value === null ? '–' : `${format(cell.value)}${cell.flagged ? ' ●' : ''}`
          }),
        ]),
      })}
    >
      {/* Too many columns scroll, from the keyboard too. */}
      <Box
        ref={ref}
        style={{ overflowX: 'auto' }}
        tabIndex={width > 0 && nameWidth + columns.length * (NARROWEST + 2) > width ? 0 : undefined}
      >
        <div
          aria-hidden
          className={classes.grid}
          style={{ gridTemplateColumns: `${nameWidth}px repeat(${columns.length}, minmax(${NARROWEST}px, 1fr))` }}
        >
          {rows.map((row, r) => [
            <Text key={row} size="xs" truncate title={row} className={classes.row}>
              {row}
            </Text>,
            ...columns.map((column, c) => (
              <Cell key={`${row} ${column}`} cell={cells[r]?.[c]} {...{ largest, written, format }} />
            )),
          ])}
          <span />
          {columns.map((column, c) => (
            <span key={column} className={classes.column}>
              {c % every === 0 ? column : ''}
            </span>
          ))}
        </div>
      </Box>
    </ChartFigure>
  )
}

function Cell({
  cell,
  largest,
  written,
  format,
}: {
  cell: HeatCell | undefined
  largest: number
  written: boolean
  format: (value: number) => string
}) {
  const value = cell?.value ?? null
  const share = value === null ? 0 : 5 + (Math.abs(value) / largest) * (STRONGEST - 5)
  const background =
    value === null ? undefined : `color-mix(in srgb, ${ACCENT_SURFACE} ${share.toFixed(1)}%, ${SURFACE})`
  return (
    <div title={cell?.title} className={classes.cell} data-empty={value === null || undefined} style={{ background }}>
      {written && value !== null ? format(value) : ''}
      {cell?.flagged ? <span className={classes.flag} style={{ background: BAD }} /> : null}
    </div>
  )
}
