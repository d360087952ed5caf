import { driftOf } from '#ml/drift/drift.ts'
import { type CellCounts, missingDriftOf } from '#ml/drift/missing-share.ts'
import { type ColumnValues, summarizeColumn } from '#ml/drift/summary.ts'
import type { FrameCell } from '../read/read-frame.ts'
import type { CommonColumn } from './compare-schemas.ts'
import type { DiffColumn, DiffSpread } from './contract.ts'

const BINS = 24
const MAX_VALUES = 8
const SKIPPED = ['text', 'id']

/** Returns how a column's distribution is measured; undefined for text without levels, ids, and columns whose kind changed. */
export function measuredAs({ before, after }: CommonColumn): 'numeric' | 'category' | undefined {
  const kind = (type: string) =>
    SKIPPED.includes(type)
      ? undefined
      : type === 'number' || type === 'integer'
        ? 'number'
        : type === 'datetime'
          ? 'datetime'
          : 'words'
  const [was, is] = [kind(before.type), kind(after.type)]
  // A constant column has no kind yet.
  const fits = was === is || before.type === 'constant' || after.type === 'constant'
  if (!was || !is || !fits) return
  return was === is && was !== 'words' ? 'numeric' : 'category'
}

/** Runs the drift test for the column's kind and bins both distributions alike. */
export function compareSpread(
  column: CommonColumn,
  before: readonly FrameCell[],
  after: readonly FrameCell[],
  counted?: { baseline: CellCounts; current: CellCounts },
): Omit<DiffColumn, 'changed' | 'missing' | 'values'> | undefined {
  const kind = measuredAs(column)
  if (!kind) return
  const values = (cells: readonly FrameCell[]): ColumnValues =>
    kind === 'numeric'
      ? { kind, values: Float64Array.from(cells, cell => (typeof cell === 'number' ? cell : Number.NaN)) }
      : { kind, values: cells.map(cell => (cell === null ? null : String(cell))) }
  const drift = driftOf(summarizeColumn(values(before)), values(after), counted)
  const { test, statistic, threshold, pValue, drifted, judged, missing } = drift
  return {
    name: column.name,
    test,
    statistic,
    threshold,
    pValue,
    drifted,
    judged,
    missingShare: missing,
    spread: kind === 'numeric' ? binsOf(before, after, column.after.type === 'datetime') : valuesOf(before, after),
  }
}

/** Compares only the missing cells, of a column whose values are not compared (text, ids). Returns undefined if both have as many. */
export function compareMissing(
  name: string,
  counted: { baseline: CellCounts; current: CellCounts },
): Omit<DiffColumn, 'changed' | 'missing'> | undefined {
  const missing = missingDriftOf(counted.baseline, counted.current)
  const appears = counted.baseline.missing > 0 !== counted.current.missing > 0
  if (!missing.drifted && !appears) return
  const { statistic, threshold, pValue, drifted, judged } = missing
  return {
    name,
    test: 'missing',
    statistic,
    threshold,
    pValue,
    drifted,
    judged,
    missingShare: missing,
    spread: { kind: 'values', values: [] },
  }
}

function binsOf(before: readonly FrameCell[], after: readonly FrameCell[], isTime: boolean): DiffSpread {
  const numbers = (cells: readonly FrameCell[]) =>
    cells.filter((cell): cell is number => typeof cell === 'number' && Number.isFinite(cell))
  const [old, now] = [numbers(before), numbers(after)]
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]
  for (const list of [old, now])
    for (const n of list) {
      low = Math.min(low, n)
      high = Math.max(high, n)
    }
  if (!Number.isFinite(high - low)) return { kind: 'bins', bins: [], isTime }
  const whole = [...old, ...now].every(Number.isInteger) && high - low < BINS
  const count = whole ? high - low + 1 : high > low ? BINS : 1
  const width = whole ? 1 : (high - low) / count || 1
  const share = (list: readonly number[]) => {
    const counts = new Array<number>(count).fill(0)
    for (const n of list) {
      const bin = Math.min(count - 1, Math.floor((n - low) / width))
      counts[bin]! += 1
    }
    return counts.map(c => (list.length > 0 ? c / list.length : 0))
  }
  const [a, b] = [share(old), share(now)]
  const bins = a.map((was, k) => ({ from: low + k * width, to: low + (k + 1) * width, before: was, after: b[k]! }))
  return { kind: 'bins', bins, isTime }
}

function valuesOf(before: readonly FrameCell[], after: readonly FrameCell[]): DiffSpread {
  const shares = (cells: readonly FrameCell[]) => {
    const counts = new Map<string, number>()
    let present = 0
    for (const cell of cells) {
      if (cell === null) continue
      present++
      const value = String(cell)
      counts.set(value, (counts.get(value) ?? 0) + 1)
    }
    return new Map([...counts].map(([value, count]) => [value, count / present]))
  }
  const [old, now] = [shares(before), shares(after)]
  const weight = (value: string) => Math.max(old.get(value) ?? 0, now.get(value) ?? 0)
  const values = [...new Set([...old.keys(), ...now.keys()])]
    .sort((a, b) => weight(b) - weight(a) || (a < b ? -1 : 1))
    .slice(0, MAX_VALUES)
  return {
    kind: 'values',
    values: values.map(v => ({ value: v.slice(0, 120), before: old.get(v) ?? 0, after: now.get(v) ?? 0 })),
  }
}
