import { Box, Group, Text } from '@mantine/core'
import type { StatsPoint } from '#server/serving/contract.ts'

const WIDTH = 600
const HEIGHT = 96

export interface Series {
  name: string
  colour: string
  value: (point: StatsPoint) => number | null
}

/** A few lines over the last minutes, named at their end; gaps where nothing was asked. */
export function LiveChart({
  title,
  summary,
  points,
  series,
  words,
}: {
  title: string
  summary: string
  points: StatsPoint[]
  series: Series[]
  words: (value: number) => string
}) {
  const highest = Math.max(1e-9, ...points.flatMap(p => series.map(s => s.value(p) ?? 0)))
  const x = (i: number) => (points.length < 2 ? 0 : (i / (points.length - 1)) * WIDTH)
  const y = (value: number) => HEIGHT - 2 - (value / highest) * (HEIGHT - 6)
  const pathOf = (s: Series) => {
    let path = ''
    let drawing = false
    points.forEach((p, i) => {
      const value = s.value(p)
      if (value === null) drawing = false
      else {
        path += `${drawing ? 'L' : 'M'}${x(i).toFixed(1)} ${y(value).toFixed(1)}`
        // A single point between gaps is still seen.
        if (!drawing) path += 'h0.01'
        drawing = true
      }
    })
    return path
  }
  return (
    <Box component="figure" m={0}>
      <Group justify="space-between" mb={4}>
        <Text size="sm" fw={600}>
          {title}
        </Text>
        <Group gap="sm">
          {series.map(s => {
            const last = [...points].reverse().find(p => s.value(p) !== null)
            return (
              <Text key={s.name} size="xs" c={s.colour} style={{ fontVariantNumeric: 'tabular-nums' }}>
                {s.name} {last ? words(s.value(last)!) : '–'}
              </Text>
            )
          })}
        </Group>
      </Group>
      <svg
        viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
        width="100%"
        height={HEIGHT}
        preserveAspectRatio="none"
        role="img"
        aria-label={summary}
      >
        <line x1={0} x2={WIDTH} y1={HEIGHT - 1} y2={HEIGHT - 1} stroke="var(--mantine-color-default-border)" />
        {series.map(s => (
          <path
            key={s.name}
            d={pathOf(s)}
            fill="none"
            stroke={`var(--mantine-color-${s.colour}-6)`}
            strokeWidth={1.5}
            strokeLinecap="round"
            vectorEffect="non-scaling-stroke"
          />
        ))}
      </svg>
      <Text component="figcaption" size="xs" c="dimmed">
        {summary}
      </Text>
    </Box>
  )
}
