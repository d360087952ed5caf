'use client'
import { Group, Text } from '@mantine/core'
import type { CSSProperties } from 'react'
import { formatShare } from '../ui/format.ts'
import { ChartFigure, type ChartWords } from './chart-figure.tsx'
import { ACCENT, HAIRLINE, QUIET } from './colors.ts'
import { niceRange, niceTicks, widened } from './plot.ts'
import { PlotArea } from './plot-area.tsx'

export interface PairedBin {
  from: number
  to: number
  /** Shares of each side's own cells. */
  before: number
  after: number
}

/** Two spreads on the same bins: the one before filled in grey, the one after as an outline over it. */
export function HistogramPair({
  bins,
  names,
  xWords,
  height = 150,
  ...words
}: ChartWords & {
  bins: PairedBin[]
  names: { before: string; after: string }
  xWords: (x: number) => string
  height?: number
}) {
  const x = widened({ low: bins[0]?.from ?? 0, high: bins.at(-1)?.to ?? 1 })
  const y = niceRange({ low: 0, high: Math.max(0.01, ...bins.flatMap(b => [b.before, b.after])) }, 3)
  const yTicks = niceTicks(y, 3)
  return (
    <ChartFigure
      {...words}
      table={() => ({
        head: ['from', 'to', names.before, names.after],
        rows: bins.map(b => [xWords(b.from), xWords(b.to), formatShare(b.before), formatShare(b.after)]),
      })}
    >
      <PairLegend names={names} />
      <PlotArea
        height={height}
        x={x}
        y={y}
        xTicks={width => niceTicks(x, Math.max(1, Math.floor(width / 90)))}
        yTicks={yTicks}
        xWords={xWords}
        yWords={formatShare}
        readAt={(at, _, layer) => {
          const bin = bins.find(b => at >= b.from && at <= b.to)
          if (!bin) return null
          const middle = layer.x((bin.from + bin.to) / 2)
          return {
            title: `${xWords(bin.from)} to ${xWords(bin.to)}`,
            x: middle,
            rows: [
              { name: names.before, words: formatShare(bin.before), colour: QUIET, x: middle, y: layer.y(bin.before) },
              { name: names.after, words: formatShare(bin.after), colour: ACCENT, x: middle, y: layer.y(bin.after) },
            ],
          }
        }}
      >
        {layer => {
          const outline = bins
            .map((b, k) => {
              const [left, right, top] = [layer.x(b.from), layer.x(b.to), layer.y(b.after)]
              return `${k === 0 ? `M${left},${layer.y(0)}` : ''}L${left},${top}L${right},${top}`
            })
            .join('')
          return (
            <svg width={layer.width} height={layer.height} style={{ position: 'absolute', inset: 0 }} aria-hidden>
              {yTicks.map(t => (
                <line
                  key={t}
                  x1={layer.box.left}
                  x2={layer.box.left + layer.box.width}
                  y1={layer.y(t)}
                  y2={layer.y(t)}
                  stroke={HAIRLINE}
                />
              ))}
              {bins.map(b => (
                <rect
                  key={b.from}
                  x={layer.x(b.from) + 0.5}
                  y={layer.y(b.before)}
                  width={Math.max(0.5, layer.x(b.to) - layer.x(b.from) - 1)}
                  height={layer.y(0) - layer.y(b.before)}
                  fill={QUIET}
                  opacity={0.35}
                />
              ))}
              {bins.length > 0 ? (
                <path
                  d={`${outline}L${layer.x(bins.at(-1)!.to)},${layer.y(0)}`}
                  fill={ACCENT}
                  fillOpacity={0.12}
                  stroke={ACCENT}
                  strokeWidth={1.5}
                />
              ) : null}
            </svg>
          )
        }}
      </PlotArea>
    </ChartFigure>
  )
}

/** Which mark is which version. */
function PairLegend({ names }: { names: { before: string; after: string } }) {
  const mark = (style: CSSProperties) => (
    <span aria-hidden style={{ display: 'inline-block', width: 12, height: 10, borderRadius: 2, ...style }} />
  )
  return (
    <Group gap="md" mb={4}>
      <Text size="xs" c="dimmed">
        {mark({ background: QUIET, opacity: 0.35 })} {names.before}
      </Text>
      <Text size="xs" c="dimmed">
        {mark({ border: `1.5px solid ${ACCENT}` })} {names.after}
      </Text>
    </Group>
  )
}

/** The commonest values of two sides, a bar for each side below each other. */
export function BarPairs({
  items,
  names,
  ...words
}: ChartWords & {
  items: { name: string; before: number; after: number }[]
  names: { before: string; after: string }
}) {
  const largest = Math.max(1e-12, ...items.flatMap(i => [i.before, i.after]))
  const bar = (share: number, colour: string, opacity: number) => (
    <div style={{ height: 6, borderRadius: 3, width: `${(100 * share) / largest}%`, background: colour, opacity }} />
  )
  return (
    <ChartFigure
      {...words}
      table={() => ({
        head: ['value', names.before, names.after],
        rows: items.map(i => [i.name, formatShare(i.before), formatShare(i.after)]),
      })}
    >
      <PairLegend names={names} />
      <div
        style={{
          display: 'grid',
          gridTemplateColumns: 'minmax(60px, max-content) minmax(40px, 1fr) max-content',
          gap: '6px 12px',
          alignItems: 'center',
        }}
      >
        {items.map(item => (
          <div key={item.name} style={{ display: 'contents' }}>
            <Text size="sm" c="dimmed" truncate title={item.name} maw={160}>
              {item.name === '' ? '(empty text)' : item.name}
            </Text>
            <div aria-hidden style={{ display: 'grid', gap: 2 }}>
              {bar(item.before, QUIET, 0.5)}
              {bar(item.after, ACCENT, 0.9)}
            </div>
            <Text size="xs" ta="right" style={{ fontVariantNumeric: 'tabular-nums' }}>
              {formatShare(item.before)} → {formatShare(item.after)}
            </Text>
          </div>
        ))}
      </div>
    </ChartFigure>
  )
}
