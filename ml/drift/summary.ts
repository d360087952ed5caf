import type { FrameColumn } from '../frame/frame.ts'
import { sortedNumbers } from './bins.ts'

/** Values stored for a numeric column: all of them up to this many, otherwise evenly spaced quantiles. */
export const SKETCH_SIZE = 2000
/** Levels counted individually; the others are pooled. */
export const TOP_LEVELS = 50

/** Plain JSON. Summaries of the same column with the same edges can be merged (`mergeSummaries`). */
export type NumericSummary = {
  kind: 'numeric'
  /** All cells, missing ones included. */
  rows: number
  missing: number
  min: number | null
  max: number | null
  mean: number | null
  /** Sum of squared distances from the mean. */
  squares: number
  /** Inner bin borders, ascending; bin k holds edges[k−1] < value ≤ edges[k]. Deciles of the baseline. */
  edges: number[]
  /** One more than `edges`. */
  counts: number[]
  /** Ascending; each represents the same share of the present cells. Complete when as long as rows − missing. */
  sketch: number[]
}

export type CategorySummary = {
  kind: 'category'
  rows: number
  missing: number
  /** Most frequent levels with their counts, largest first. */
  top: [level: string, count: number][]
  /** Number of cells of all other levels. */
  other: number
  /** Number of distinct levels (a lower bound after merging pooled ones). */
  distinct: number
}

export type ColumnSummary = NumericSummary | CategorySummary

/** Cells as input for drift: NaN or null is missing. */
export type ColumnValues =
  | { kind: 'numeric'; values: ArrayLike<number> }
  | { kind: 'category'; values: ArrayLike<string | null> }

/** Converts a frame column to drift values; numbers and datetimes numeric, booleans and categories by level; undefined for text. */
export function driftValues(column: FrameColumn): ColumnValues | null {
  if (column.type === 'text') return null
  if (column.type === 'number' || column.type === 'datetime') return { kind: 'numeric', values: column.values }
  if (column.type === 'boolean') {
    return {
      kind: 'category',
      values: Array.from(column.values, value => (Number.isNaN(value) ? null : value === 1 ? 'true' : 'false')),
    }
  }
  return { kind: 'category', values: Array.from(column.codes, code => (code < 0 ? null : column.dictionary[code]!)) }
}

/** Squares of numbers beyond 1e154 overflow, and JSON has no infinity. */
const bounded = (value: number) => Math.max(-Number.MAX_VALUE, Math.min(Number.MAX_VALUE, value))

/**
 * Summarizes a column.
 * @param like the baseline's summary, for a window that will be compared with it: determines the bins or the counted levels.
 */
export function summarizeColumn(input: ColumnValues, like?: ColumnSummary): ColumnSummary {
  return input.kind === 'numeric'
    ? summarizeNumbers(input.values, like?.kind === 'numeric' ? like.edges : undefined)
    : summarizeLevels(input.values, like?.kind === 'category' ? like.top.map(([level]) => level) : [])
}

function summarizeNumbers(values: ArrayLike<number>, given?: readonly number[]): NumericSummary {
  const sorted = sortedNumbers(values)
  const present = sorted.length
  const edges = given ? [...given] : decileEdges(sorted)
  let sum = 0
  for (const value of sorted) sum += value
  const mean = present > 0 ? bounded(sum / present) : null
  let squares = 0
  for (const value of sorted) squares += (value - (mean ?? 0)) ** 2
  return {
    kind: 'numeric',
    rows: values.length,
    missing: values.length - present,
    min: sorted[0] ?? null,
    max: sorted[present - 1] ?? null,
    mean,
    squares: bounded(squares),
    edges,
    counts: countBins(sorted, edges),
    sketch: present <= SKETCH_SIZE ? [...sorted] : quantiles(sorted, SKETCH_SIZE),
  }
}

/** Values at the centers of `count` equal shares. */
function quantiles(sorted: ArrayLike<number>, count: number): number[] {
  return Array.from({ length: count }, (_, k) => sorted[Math.floor(((k + 0.5) / count) * sorted.length)]!)
}

/** Distinct deciles; a column of at most ten values gets one bin per value. */
function decileEdges(sorted: Float64Array): number[] {
  const distinct: number[] = []
  for (const value of sorted) {
    if (distinct.at(-1) === value) continue
    distinct.push(value)
    if (distinct.length > 10) break
  }
  if (distinct.length <= 10) return distinct.slice(0, -1)
  const edges: number[] = []
  for (let k = 1; k < 10; k++) {
    const edge = sorted[Math.ceil((k / 10) * sorted.length) - 1]!
    if (edge !== edges.at(-1) && edge < sorted[sorted.length - 1]!) edges.push(edge)
  }
  return edges
}

/** @param sorted ascending. */
function countBins(sorted: Float64Array, edges: readonly number[]): number[] {
  const counts: number[] = new Array(edges.length + 1).fill(0)
  let bin = 0
  for (const value of sorted) {
    while (bin < edges.length && value > edges[bin]!) bin++
    counts[bin]!++
  }
  return counts
}

function summarizeLevels(values: ArrayLike<string | null>, known: readonly string[]): CategorySummary {
  const counts = new Map<string, number>()
  let missing = 0
  for (let i = 0; i < values.length; i++) {
    const level = values[i]
    if (level === null || level === undefined) missing++
    else counts.set(level, (counts.get(level) ?? 0) + 1)
  }
  return poolLevels(counts, values.length, missing, counts.size, new Set(known))
}

function poolLevels(
  counts: ReadonlyMap<string, number>,
  rows: number,
  missing: number,
  distinct: number,
  known: ReadonlySet<string> = new Set(),
): CategorySummary {
  const ranked = [...counts].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1))
  // Levels of the baseline are always counted, so that a pooled level is not mistaken for a vanished one.
  const top = ranked.filter(([level], rank) => rank < TOP_LEVELS || known.has(level))
  const kept = top.reduce((sum, [, count]) => sum + count, 0)
  return { kind: 'category', rows, missing, top, other: rows - missing - kept, distinct }
}

/**
 * Merges two summaries of one column, for example two hours into a day. Counts are exact; the merged sketch is exact
 * while all values fit, otherwise accurate to about 1/2000 of the distribution per merge.
 * @throws RangeError when kinds or bin edges differ.
 */
export function mergeSummaries(a: ColumnSummary, b: ColumnSummary): ColumnSummary {
  if (a.kind === 'category' && b.kind === 'category') {
    const counts = new Map(a.top)
    for (const [level, count] of b.top) counts.set(level, (counts.get(level) ?? 0) + count)
    return poolLevels(
      counts,
      a.rows + b.rows,
      a.missing + b.missing,
      Math.max(counts.size, a.distinct, b.distinct),
      new Set([...a.top, ...b.top].map(([level]) => level)),
    )
  }
  if (a.kind !== 'numeric' || b.kind !== 'numeric') throw new RangeError('Summaries of different kinds do not add up.')
  if (a.edges.length !== b.edges.length || a.edges.some((edge, k) => edge !== b.edges[k])) {
    throw new RangeError('Summaries with different bins do not add up.')
  }
  const [na, nb] = [a.rows - a.missing, b.rows - b.missing]
  const total = na + nb
  const gap = (b.mean ?? 0) - (a.mean ?? 0)
  const merged = na > 0 && nb > 0
  return {
    kind: 'numeric',
    rows: a.rows + b.rows,
    missing: a.missing + b.missing,
    min: least(a.min, b.min, Math.min),
    max: least(a.max, b.max, Math.max),
    mean: merged ? a.mean! + (gap * nb) / total : (a.mean ?? b.mean),
    squares: bounded(a.squares + b.squares + (merged ? (gap * gap * na * nb) / total : 0)),
    edges: a.edges,
    counts: a.counts.map((count, k) => count + b.counts[k]!),
    sketch: mergeSketches(a.sketch, na, b.sketch, nb),
  }
}

function least(a: number | null, b: number | null, choose: (a: number, b: number) => number): number | null {
  if (a === null) return b
  return b === null ? a : choose(a, b)
}

function mergeSketches(a: readonly number[], na: number, b: readonly number[], nb: number): number[] {
  const total = na + nb
  if (total === 0) return []
  const weighted = [
    ...a.map(value => ({ value, weight: na / a.length })),
    ...b.map(value => ({ value, weight: nb / b.length })),
  ].sort((x, y) => x.value - y.value)
  if (total <= SKETCH_SIZE) return weighted.map(item => item.value)
  const result: number[] = []
  let reached = 0
  let k = 0
  for (let q = 0; q < SKETCH_SIZE; q++) {
    const wanted = ((q + 0.5) / SKETCH_SIZE) * total
    while (k < weighted.length - 1 && reached + weighted[k]!.weight <= wanted) reached += weighted[k++]!.weight
    result.push(weighted[k]!.value)
  }
  return result
}
