import type { ReactNode } from 'react'

export interface ChartTable {
  head: string[]
  rows: string[][]
}

export interface ChartText {
  title: string
  /** What is drawn: unit, window, rows. */
  note?: string
  /** What the picture shows, in one sentence. */
  summary: string
  badge?: string
  /** Controls that choose the data shown. */
  actions?: ReactNode
}

export interface Point {
  x: number
  /** null is a gap. */
  y: number | null
  /** Ends of the interval of the value. */
  low?: number | null
  high?: number | null
  /** Ends of a bin. */
  from?: number
  to?: number
  /** Category of a bar, or name of a dot. */
  name?: string
  /** Value as text, when a number alone is not enough. */
  text?: string
}

export interface Series {
  name: string
  /** In order of x, except for dots. */
  points: Point[]
  /** Color of what the series belongs to; by default that of its place in the chart. */
  color?: string
  dashed?: boolean
}

export interface Axis {
  label?: string
  unit?: string
  format: (value: number) => string
  /** Shown even when no point is there. */
  range?: { low?: number; high?: number }
}

/** The one contract of all charts: data, axes with units, reference marks; both renderers draw it. */
export interface ChartProps extends ChartText {
  /** `line` over numbers or instants, `bins` of a histogram, `dots` of a scatter plot, `bars` with a name each. */
  kind: 'line' | 'bins' | 'dots' | 'bars'
  series: Series[]
  x: Axis
  y: Axis
  /** Range of y to compare with. */
  band?: { low: number; high: number; label: string }
  /** Events on the x axis. */
  markers?: readonly { x: number; label: string }[]
  /** Line where x equals y. */
  diagonal?: boolean
  height?: number
  /** The numbers of the chart; by default one row per x. */
  table?: () => ChartTable
  /** A range of x was dragged: more detail is fetched instead of a zoom into the points at hand. */
  onRange?: (from: number, to: number) => void
  onPick?: (point: Point) => void
}

export type Range = Required<Pick<Point, 'from' | 'to'>>

/** What a renderer draws: visible series with their colors, within the zoom. */
export type PlotProps = Omit<ChartProps, keyof ChartText | 'table' | 'series' | 'onRange'> & {
  series: (Series & { color: string })[]
  height: number
  log: boolean
  zoom: Range | undefined
  onZoom: (from: number, to: number) => void
}

/** Above this number of marks SVG elements make the page slow: a canvas is used. */
export const MOST_SVG_MARKS = 2000

/** Numbers this large are instants in milliseconds, not steps or shares. */
export const isTime = (x: number): boolean => x > 1e11

/** Whether a point, or a part of its bin, lies in the range; without a range all do. */
export const isInside = (
  { x, from = x, to = x }: Pick<Point, 'x' | 'from' | 'to'>,
  range: Range | undefined,
): boolean => !range || (to >= range.from && from <= range.to)

export const axisTitle = ({ label, unit }: Axis): string | undefined =>
  label && unit ? `${label} (${unit})` : (label ?? unit)

/** `133 (122 to 145)` */
export const formatPoint = ({ y, low, high, text }: Point, { format }: Axis): string =>
  y === null
    ? '–'
    : (text ?? (low == null || high == null ? format(y) : `${format(y)} (${format(low)} to ${format(high)})`))

/** `18 to 24` of a bin, otherwise the name or the value on the x axis. */
export const formatPlace = ({ x, from, to, name }: Point, { format, label }: Axis): string =>
  name ??
  (from !== undefined && to !== undefined ? `${format(from)} to ${format(to)}` : `${label ?? ''} ${format(x)}`.trim())
