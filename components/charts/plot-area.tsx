import { Box, Paper, Text } from '@mantine/core'
import { useElementSize } from '@mantine/hooks'
import { type PointerEvent, type ReactNode, useMemo, useState } from 'react'
import { HAIRLINE, inkOf, QUIET, SURFACE } from './colors.ts'
import { type PlotBox, placeMarkers, type Range, scaleX, scaleY, spreadLabels } from './plot.ts'

const LETTER = 6.2
const LINE = 14
/** A gap between a line's end and its name that needs a leader, in pixels. */
const LEADER = 16
const widthOf = (words: string) => words.length * LETTER + 8

export interface Reading {
  title: string
  /** Where the hairline stands. */
  x: number
  rows: { name: string; words: string; colour: string; x: number; y: number }[]
}

export interface PlotLayer {
  box: PlotBox
  width: number
  height: number
  x: (value: number) => number
  y: (value: number) => number
}

/**
 * Axes, names at the end of lines, names of vertical lines and the reading under the pointer, in HTML; the marks are
 * the caller's, in SVG or on a canvas, which therefore look alike.
 */
export function PlotArea({
  height,
  x,
  y,
  xTicks,
  yTicks,
  xWords,
  yWords,
  xLabel,
  yLabel,
  ends = [],
  markers = [],
  readAt,
  children,
}: {
  height: number
  x: Range
  y: Range
  xTicks: (width: number) => number[]
  yTicks: number[]
  xWords: (x: number) => string
  yWords: (y: number) => string
  xLabel?: string
  yLabel?: string
  /** `x`: where the line ends. */
  ends?: { name: string; x: number; y: number; colour: string }[]
  markers?: { x: number; label: string }[]
  readAt?: (x: number, y: number, layer: PlotLayer) => Reading | null
  children: (layer: PlotLayer) => ReactNode
}) {
  const { ref, width } = useElementSize()
  const [reading, setReading] = useState<Reading | null>(null)
  const top = (markers.length > 0 ? 6 : 4) + (yLabel ? LINE + 2 : 0)
  const left = Math.max(...yTicks.map(t => widthOf(yWords(t))), 16)
  const longestEnd = Math.max(0, ...ends.map(e => widthOf(e.name) + 6))
  const right = ends.length > 0 ? Math.min(longestEnd, Math.max(48, width * 0.28)) : 12
  const bottom = xLabel ? 2 * LINE + 6 : LINE + 6
  const plotWidth = Math.max(1, width - left - right)
  const plotHeight = Math.max(1, height - top - bottom)
  // Kept while the pointer moves, so that the marks need not be drawn again.
  const layer: PlotLayer = useMemo(() => {
    const box = { left, top, width: plotWidth, height: plotHeight }
    const [across, up] = [
      { low: x.low, high: x.high },
      { low: y.low, high: y.high },
    ]
    return { box, width, height, x: scaleX(across, box), y: scaleY(up, box) }
  }, [left, top, plotWidth, plotHeight, width, height, x.low, x.high, y.low, y.high])
  const { box } = layer
  const places = spreadLabels(
    ends.map(e => layer.y(e.y)),
    LINE,
    top + 2,
    top + box.height,
  )
  const named = placeMarkers(
    markers.filter(m => m.x >= x.low && m.x <= x.high).map(m => ({ label: m.label, x: layer.x(m.x) })),
    widthOf,
    box.left + box.width,
  )
  const read = (event: PointerEvent<HTMLDivElement>) => {
    const frame = event.currentTarget.getBoundingClientRect()
    const px = event.clientX - frame.left
    const py = event.clientY - frame.top
    const at = x.low + ((px - box.left) / box.width) * (x.high - x.low)
    const over = y.low + (1 - (py - box.top) / box.height) * (y.high - y.low)
    setReading(px < box.left - 4 || px > box.left + box.width + 4 ? null : (readAt?.(at, over, layer) ?? null))
  }
  return (
    <Box
      ref={ref}
      pos="relative"
      h={height}
      onPointerMove={readAt ? read : undefined}
      onPointerLeave={() => setReading(null)}
      style={{ fontVariantNumeric: 'tabular-nums', fontSize: 11, lineHeight: `${LINE}px`, touchAction: 'pan-y' }}
    >
      {width > 0 ? (
        <>
          {children(layer)}
          {yLabel ? <Word at={{ left: 0, top: 0 }}>{yLabel}</Word> : null}
          {yTicks.map(t => (
            <Word key={t} at={{ right: width - box.left + 8, top: layer.y(t) - LINE / 2 }}>
              {yWords(t)}
            </Word>
          ))}
          {xTicks(box.width).map(t => {
            const at = layer.x(t)
            const words = xWords(t)
            const half = widthOf(words) / 2
            // Words at the borders stay inside the chart.
            const centre = Math.min(Math.max(at, half), width - half)
            return (
              <Word key={t} at={{ left: centre, top: top + box.height + 5 }} centred>
                {words}
              </Word>
            )
          })}
          {xLabel ? (
            <Word at={{ left: box.left + box.width / 2, top: height - LINE }} centred>
              {xLabel}
            </Word>
          ) : null}
          {named.map(m =>
            m.row === null ? null : (
              <Word key={`${m.x}-${m.label}`} at={{ left: m.x + 4, top: top + m.row * LINE }}>
                <span style={{ background: SURFACE, padding: '0 2px' }}>{m.label}</span>
              </Word>
            ),
          )}
          <svg width={width} height={height} style={{ position: 'absolute', inset: 0 }} aria-hidden>
            {ends.map((end, i) =>
              // A line that ends before the others is led to its name.
              layer.x(end.x) < box.left + box.width - LEADER ? (
                <line
                  key={end.name}
                  x1={layer.x(end.x) + 3}
                  y1={layer.y(end.y)}
                  x2={box.left + box.width + 3}
                  y2={places[i]}
                  stroke={end.colour}
                  strokeDasharray="1 3"
                />
              ) : null,
            )}
          </svg>
          {ends.map((end, i) => (
            <Word
              key={end.name}
              at={{ left: box.left + box.width + 6, top: places[i]! - LINE / 2 }}
              colour={inkOf(end.colour)}
            >
              <span
                title={end.name}
                style={{
                  fontWeight: 600,
                  display: 'block',
                  maxWidth: right - 6,
                  overflow: 'hidden',
                  textOverflow: 'ellipsis',
                }}
              >
                {end.name}
              </span>
            </Word>
          ))}
          {reading ? <ReadingBox reading={reading} layer={layer} /> : null}
        </>
      ) : null}
    </Box>
  )
}

function Word({
  at,
  centred,
  colour = QUIET,
  children,
}: {
  at: { left?: number; right?: number; top: number }
  centred?: boolean
  colour?: string
  children: ReactNode
}) {
  return (
    <span
      style={{
        position: 'absolute',
        ...at,
        color: colour,
        whiteSpace: 'nowrap',
        transform: centred ? 'translateX(-50%)' : undefined,
        pointerEvents: 'none',
      }}
    >
      {children}
    </span>
  )
}

const MOST_ROWS = 10

function ReadingBox({ reading, layer: { box, width } }: { reading: Reading; layer: PlotLayer }) {
  const leftHalf = reading.x > box.left + box.width / 2
  return (
    <div aria-hidden style={{ pointerEvents: 'none' }}>
      <div
        style={{
          position: 'absolute',
          left: reading.x,
          top: box.top,
          height: box.height,
          borderLeft: `1px solid ${HAIRLINE}`,
        }}
      />
      {reading.rows.map(row => (
        <span
          key={row.name}
          style={{
            position: 'absolute',
            left: row.x - 3.5,
            top: row.y - 3.5,
            width: 7,
            height: 7,
            borderRadius: 4,
            background: row.colour,
            border: `1px solid ${SURFACE}`,
          }}
        />
      ))}
      <Paper
        withBorder
        radius="sm"
        px={8}
        py={4}
        style={{
          position: 'absolute',
          top: box.top,
          zIndex: 2,
          ...(leftHalf ? { right: width - reading.x + 8 } : { left: reading.x + 8 }),
        }}
      >
        <Text fz={11} c="dimmed" style={{ whiteSpace: 'nowrap' }}>
          {reading.title}
        </Text>
        {reading.rows.slice(0, MOST_ROWS).map(row => (
          <div
            key={row.name}
            style={{ display: 'flex', gap: 10, justifyContent: 'space-between', whiteSpace: 'nowrap' }}
          >
            <span style={{ color: inkOf(row.colour), fontWeight: 600 }}>{row.name}</span>
            <span>{row.words}</span>
          </div>
        ))}
        {reading.rows.length > MOST_ROWS ? <span>and {reading.rows.length - MOST_ROWS} more</span> : null}
      </Paper>
    </div>
  )
}
