'use client'
import { formatCount, formatNumber } from '../ui/format.ts'
import { ChartFigure, type ChartWords } from './chart-figure.tsx'
import { ACCENT, HAIRLINE } from './colors.ts'
import { niceRange, niceTicks, widened } from './plot.ts'
import { PlotArea } from './plot-area.tsx'
import { RangeSelect } from './range-select.tsx'

/** How values are spread; bins may differ in width. */
export function Histogram({
  bins,
  xWords,
  xLabel,
  height = 170,
  onRange,
  onBin,
  ...words
}: ChartWords & {
  bins: { from: number; to: number; count: number }[]
  xWords: (x: number) => string
  xLabel?: string
  height?: number
  /** A range was dragged. */
  onRange?: (from: number, to: number) => void
  /** A bar was clicked. */
  onBin?: (bin: { from: number; to: number; count: number }) => void
}) {
  const x = widened({ low: bins[0]?.from ?? 0, high: bins.at(-1)?.to ?? 1 })
  const y = niceRange({ low: 0, high: Math.max(1, ...bins.map(b => b.count)) }, 3)
  const yTicks = niceTicks(y, 3, true)
  return (
    <ChartFigure
      {...words}
      table={() => ({
        head: ['from', 'to', 'count'],
        rows: bins.map(b => [xWords(b.from), xWords(b.to), formatNumber(b.count)]),
      })}
    >
      <PlotArea
        height={height}
        x={x}
        y={y}
        xTicks={width => niceTicks(x, Math.max(1, Math.floor(width / 80)))}
        yTicks={yTicks}
        xWords={xWords}
        yWords={formatNumber}
        xLabel={xLabel}
        readAt={(at, _, layer) => {
          const bin = bins.find(b => at >= b.from && at <= b.to)
          if (!bin) return null
          const middle = layer.x((bin.from + bin.to) / 2)
          return {
            title: `${xWords(bin.from)} to ${xWords(bin.to)}`,
            x: middle,
            rows: [
              { name: formatCount(bin.count, 'value'), words: '', colour: ACCENT, x: middle, y: layer.y(bin.count) },
            ],
          }
        }}
      >
        {layer => (
          <>
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
              {bins.map(b => {
                const left = layer.x(b.from)
                const tall = b.count === 0 ? 0 : Math.max(1, layer.y(0) - layer.y(b.count))
                return (
                  <rect
                    key={b.from}
                    x={left + 0.5}
                    y={layer.y(0) - tall}
                    width={Math.max(0.5, layer.x(b.to) - left - 1)}
                    height={tall}
                    rx={1.5}
                    fill={ACCENT}
                    opacity={0.85}
                  />
                )
              })}
            </svg>
            {onRange || onBin ? (
              <RangeSelect
                layer={layer}
                x={x}
                onRange={(from, to) => onRange?.(from, to)}
                onPick={at => {
                  const bin = bins.find(b => at >= b.from && at <= b.to)
                  if (bin) onBin?.(bin)
                }}
              />
            ) : null}
          </>
        )}
      </PlotArea>
    </ChartFigure>
  )
}
