'use client'
import { Box, Text } from '@mantine/core'
import { useElementSize } from '@mantine/hooks'
import { ACCENT_SURFACE, BAD, SURFACE } from '../ui/colors.ts'
import { ChartFigure } from './chart-figure.tsx'
import type { ChartText } from './chart-props.ts'
import classes from './heat-map.module.css'

interface HeatCell {
  value: number | null
  flagged: boolean
  title: string
}

const LETTER = 6.6
const longestOf = (texts: string[]) => Math.max(1, ...texts.map(t => t.length))
const NARROWEST = 14
/** Strongest share of the accent on which the ink of the page stays readable. */
const STRONGEST = 62

interface HeatMapProps extends ChartText {
  rows: string[]
  columns: string[]
  cells: HeatCell[][]
  format: (value: number) => string
  strongestAt?: number
}

/** A value per row and column, colored by its share of `strongestAt` (default: the largest); a dot marks what is flagged. */
export function HeatMap({ rows, columns, cells, format, strongestAt, ...text }: HeatMapProps) {
  const { ref, width } = useElementSize()
  const all = cells.flat()
  const largest = strongestAt ?? Math.max(1e-12, ...all.map(c => Math.abs(c.value ?? 0)))
  const textOf = (value: number | null | undefined) => (value == null ? '' : format(value))
  const nameWidth = Math.min(150, 16 + LETTER * longestOf(rows))
  const cellWidth = (width - nameWidth) / Math.max(1, columns.length)
  const written = cellWidth >= 10 + LETTER * Math.max(4, longestOf(all.map(c => textOf(c.value))))
  // Names of columns stand as far apart as they are long.
  const every = Math.max(1, Math.ceil((LETTER * longestOf(columns) + 6) / Math.max(NARROWEST, cellWidth)))
  const scrolls = width > 0 && nameWidth + columns.length * (NARROWEST + 2) > width
  const table = () => ({
    head: ['', ...columns],
    rows: rows.map((row, r) => [
      row,
      ...columns.map((_, c) => `${textOf(cells[r]?.[c]?.value) || '–'}${cells[r]?.[c]?.flagged ? ' ●' : ''}`),
    ]),
  })
  return (
    <ChartFigure {...text} table={table}>
      {/* Too many columns scroll, from the keyboard too. */}
      <Box ref={ref} style={{ overflowX: 'auto' }} tabIndex={scrolls ? 0 : undefined}>
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
              <Cell
                key={`${row} ${column}`}
                cell={cells[r]?.[c]}
                largest={largest}
                text={written ? textOf(cells[r]?.[c]?.value) : ''}
              />
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

function Cell({ cell, largest, text }: { cell: HeatCell | undefined; largest: number; text: string }) {
  const isEmpty = cell?.value == null
  const share = 5 + Math.min(1, Math.abs(cell?.value ?? 0) / largest) * (STRONGEST - 5)
  const background = isEmpty ? undefined : `color-mix(in srgb, ${ACCENT_SURFACE} ${share.toFixed(1)}%, ${SURFACE})`
  return (
    <div title={cell?.title} className={classes.cell} data-empty={isEmpty || undefined} style={{ background }}>
      {text}
      {cell?.flagged ? <span className={classes.flag} style={{ background: BAD }} /> : null}
    </div>
  )
}
