'use client'
import { Box, Text } from '@mantine/core'
import { useElementSize } from '@mantine/hooks'
import { ChartFigure } from './chart-figure.tsx'
import type { ChartText } from './chart-props.ts'
import { ACCENT_SURFACE, BAD, HAIRLINE, SURFACE } from './colors.ts'

const ROW = 26
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
  cells: { value: number | null; flagged: boolean; title: string }[][]
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
          style={{
            display: 'grid',
            gridTemplateColumns: `${nameWidth}px repeat(${columns.length}, minmax(${NARROWEST}px, 1fr))`,
            gap: 2,
            fontSize: 11,
            fontVariantNumeric: 'tabular-nums',
          }}
        >
          {rows.map((row, r) => [
            <Text key={row} size="xs" truncate title={row} style={{ lineHeight: `${ROW}px` }}>
              {row}
            </Text>,
            ...columns.map((column, c) => {
              const cell = cells[r]?.[c]
              return (
                <Cell
                  key={`${row} ${column}`}
                  title={cell?.title ?? ''}
                  flagged={cell?.flagged ?? false}
                  share={cell?.value == null ? null : Math.abs(cell.value) / largest}
                  text={written && cell?.value != null ? format(cell.value) : ''}
                />
              )
            }),
          ])}
          <span />
          {columns.map((column, c) => (
            <Text
              key={column}
              fz={11}
              c="dimmed"
              ta="center"
              style={{
                whiteSpace: 'nowrap',
                overflow: 'visible',
                minWidth: 0,
                width: 0,
                justifySelf: 'center',
                display: 'flex',
                justifyContent: 'center',
              }}
            >
              {c % every === 0 ? column : ''}
            </Text>
          ))}
        </div>
      </Box>
    </ChartFigure>
  )
}

function Cell({
  title,
  flagged,
  share,
  text,
}: {
  title: string
  flagged: boolean
  share: number | null
  text: string
}) {
  return (
    <div
      title={title}
      style={{
        position: 'relative',
        height: ROW,
        borderRadius: 3,
        textAlign: 'center',
        lineHeight: `${ROW}px`,
        overflow: 'hidden',
        ...(share === null
          ? { border: `1px dashed ${HAIRLINE}` }
          : {
              background: `color-mix(in srgb, ${ACCENT_SURFACE} ${(5 + share * (STRONGEST - 5)).toFixed(1)}%, ${SURFACE})`,
            }),
      }}
    >
      {text}
      {flagged ? (
        <span
          style={{
            position: 'absolute',
            top: 3,
            right: 3,
            width: 6,
            height: 6,
            borderRadius: 3,
            background: BAD,
            boxShadow: `0 0 0 1px ${SURFACE}`,
          }}
        />
      ) : null}
    </div>
  )
}
