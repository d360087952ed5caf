import { ACCENT, MUTED } from '../ui/colors.ts'

const HEIGHT = 18
const EDGE = 6

/** A value and its interval on a scale shared by the rows of a table; the band is the best row's interval. */
export function IntervalDot({
  value,
  low,
  high,
  min,
  max,
  band,
  marked,
  label,
  width = 150,
}: {
  value: number
  low: number
  high: number
  min: number
  max: number
  band?: { low: number; high: number }
  /** The best, or tied with it. */
  marked: boolean
  label: string
  width?: number
}) {
  const span = max > min ? max - min : 1
  // Rounded: the last digits of logarithms differ between server and browser.
  const x = (v: number) => Number((EDGE + Math.min(1, Math.max(0, (v - min) / span)) * (width - 2 * EDGE)).toFixed(1))
  const color = marked ? ACCENT : MUTED
  return (
    <svg width={width} height={HEIGHT} role="img" aria-label={label} style={{ display: 'block' }}>
      <title>{label}</title>
      {band ? (
        <rect
          x={x(band.low)}
          y={0}
          width={Math.max(2, x(band.high) - x(band.low))}
          height={HEIGHT}
          fill={ACCENT}
          opacity={0.14}
        />
      ) : null}
      <line x1={x(low)} x2={x(high)} y1={HEIGHT / 2} y2={HEIGHT / 2} stroke={color} strokeWidth={2} />
      <circle cx={x(value)} cy={HEIGHT / 2} r={3.2} fill={color} />
    </svg>
  )
}
