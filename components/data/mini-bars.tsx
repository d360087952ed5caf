import { Box, Text } from '@mantine/core'
import type { ColumnProfile } from '#server/data/contract.ts'
import { numberWords, shareWords } from './words.ts'

const WIDTH = 240
const HEIGHT = 64

/** How a column's numbers are spread. */
export function Histogram({ column }: { column: ColumnProfile }) {
  const highest = Math.max(1, ...column.histogram.map(b => b.count))
  const step = WIDTH / column.histogram.length
  return (
    <Box>
      <svg
        viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
        width="100%"
        height={HEIGHT}
        preserveAspectRatio="none"
        role="img"
        aria-label={`Histogram of ${column.name}: from ${numberWords(column.min)} to ${numberWords(column.max)}, median ${numberWords(column.quantiles['0.5'] ?? null)}`}
      >
        {column.histogram.map((bin, i) => {
          const height = bin.count === 0 ? 0 : Math.max(1, (bin.count / highest) * HEIGHT)
          return (
            <rect
              key={bin.from}
              x={i * step + 0.5}
              y={HEIGHT - height}
              width={Math.max(0.5, step - 1)}
              height={height}
              fill="var(--mantine-primary-color-filled)"
            >
              <title>{`${numberWords(bin.from)} to ${numberWords(bin.to)}: ${bin.count}`}</title>
            </rect>
          )
        })}
      </svg>
      <Box style={{ display: 'flex', justifyContent: 'space-between' }}>
        <Text size="xs" c="dimmed">
          {numberWords(column.min)}
        </Text>
        <Text size="xs" c="dimmed">
          {numberWords(column.max)}
        </Text>
      </Box>
    </Box>
  )
}

/** The commonest words of a column, as shares of its cells. */
export function TopValues({ column, limit = 5 }: { column: ColumnProfile; limit?: number }) {
  return (
    <Box component="ul" m={0} p={0} style={{ listStyle: 'none' }}>
      {column.top.slice(0, limit).map(({ value, count }) => (
        <Box
          component="li"
          key={value}
          style={{ display: 'grid', gridTemplateColumns: '40% 1fr 4em', gap: 8, alignItems: 'center' }}
        >
          <Text size="xs" truncate title={value}>
            {value === '' ? '(empty)' : value}
          </Text>
          <Box h={6} bg="var(--mantine-color-default-hover)" style={{ borderRadius: 3 }}>
            <Box
              h={6}
              w={`${(100 * count) / Math.max(1, column.count)}%`}
              bg="var(--mantine-primary-color-filled)"
              style={{ borderRadius: 3 }}
            />
          </Box>
          <Text size="xs" ta="right">
            {shareWords(count, column.count)}
          </Text>
        </Box>
      ))}
    </Box>
  )
}
