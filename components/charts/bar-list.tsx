'use client'
import { Text } from '@mantine/core'
import { formatNumber } from '../ui/format.ts'
import { ChartFigure, type ChartWords } from './chart-figure.tsx'
import { ACCENT, QUIET } from './colors.ts'

/** Horizontal bars in the order given; the longest fills the track. Negative ones are grey and say so. */
export function BarList({
  items,
  ...words
}: ChartWords & { items: { name: string; value: number; words?: string }[] }) {
  const largest = Math.max(1e-12, ...items.map(i => Math.abs(i.value)))
  const say = (item: (typeof items)[number]) => item.words ?? formatNumber(item.value)
  return (
    <ChartFigure
      {...words}
      table={() => ({ head: ['name', 'value'], rows: items.map(item => [item.name, say(item)]) })}
    >
      <div
        style={{
          display: 'grid',
          gridTemplateColumns: 'minmax(60px, max-content) minmax(40px, 1fr) max-content',
          gap: '7px 12px',
          alignItems: 'center',
        }}
      >
        {items.map(item => (
          <BarRow
            key={item.name}
            name={item.name}
            words={say(item)}
            value={item.value}
            share={Math.abs(item.value) / largest}
          />
        ))}
      </div>
      {items.length === 0 ? (
        <Text size="sm" c="dimmed">
          Nothing is measured yet.
        </Text>
      ) : null}
    </ChartFigure>
  )
}

function BarRow({ name, words, value, share }: { name: string; words: string; value: number; share: number }) {
  return (
    <>
      <Text size="sm" c="dimmed" truncate title={name} maw={180}>
        {name}
      </Text>
      <div style={{ height: 8, borderRadius: 4, background: 'var(--mantine-color-default-hover)' }} aria-hidden>
        <div
          style={{
            height: 8,
            borderRadius: 4,
            width: `${100 * share}%`,
            minWidth: value === 0 ? 0 : 2,
            background: value < 0 ? QUIET : ACCENT,
          }}
        />
      </div>
      <Text size="sm" ta="right" style={{ fontVariantNumeric: 'tabular-nums' }}>
        {words}
      </Text>
    </>
  )
}
