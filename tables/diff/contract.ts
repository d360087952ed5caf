import type { DriftTestName } from '#ml/drift/drift.ts'
import type { MissingDrift } from '#ml/drift/missing-share.ts'
import type { Coded, ColumnType, NameList } from '../contract.ts'

export type DiffCell = string | number | boolean | null

/** A row of one side, or a pair of matched rows: cells in the order of `columns`. */
export interface DiffSample {
  change: 'added' | 'removed' | 'changed'
  before: DiffCell[] | null
  after: DiffCell[] | null
  /** Positions of the cells that differ; only for a changed row. */
  cells: number[]
}

/** Distribution before and after, as shares of the present cells of each side over the same bins. */
export type DiffSpread =
  | { kind: 'bins'; bins: { from: number; to: number; before: number; after: number }[]; isTime: boolean }
  | { kind: 'values'; values: { value: string; before: number; after: number }[] }

/** Values of a column that only one side has. */
export interface OneSidedValues {
  /** The most frequent ones, at most five. */
  names: string[]
  total: number
  /** Rows with such a value. */
  rows: number
}

export interface DiffColumn {
  name: string
  /** `missing`: the share of missing cells drifted, the present values did not. */
  test: DriftTestName
  statistic: number
  threshold: number
  pValue: number
  drifted: boolean
  /** false: too few rows on a side to test. */
  judged: boolean
  missing: { before: number; after: number }
  /** Shares of missing cells, compared; absent in comparisons of earlier versions. */
  missingShare?: MissingDrift
  /** Of a category; absent for numbers and in comparisons of earlier versions. */
  values?: { added: OneSidedValues; removed: OneSidedValues }
  /** Cells that differ in changed rows; null: rows were not matched by a key. */
  changed: number | null
  spread: DiffSpread
}

interface RepeatedKey {
  version: string
  /** Key values that occur more than once. */
  repeated: number
}
export interface DiffFacts {
  'no-common-columns': Record<string, never>
  /** The key is not unique, so whole rows were compared. */
  'key-repeats': { key: NameList; before: RepeatedKey; after: RepeatedKey }
  'no-rows': { version: string }
  /** Columns of one version only are not compared. */
  'columns-left-out': { compared: number; columns: NameList }
  /** Columns whose type changed. */
  'compared-as-text': { columns: NameList }
}
export type DiffNote = Coded<DiffFacts>

export interface DiffResult {
  v: 1
  schema: {
    added: string[]
    removed: string[]
    changed: string[]
    /** Types before and after. */
    types: { name: string; before: ColumnType; after: ColumnType }[]
  }
  rows: { added: number; removed: number; changed: number; same: number }
  /** The key columns; empty: whole rows were matched. */
  key: string[]
  /** Caveats about the counts. */
  notes: DiffNote[]
  /** Changed most first. */
  columns: DiffColumn[]
  sample: { columns: string[]; rows: DiffSample[] }
  /** Rows per side used to compare distributions. */
  measuredRows: { before: number; after: number }
}

/**
 * `shifted`: the values or the share of missing cells differ significantly. `changed`: not so, but there are values or missing cells that
 * only one side has. `similar`: neither. `unknown`: too few rows to test.
 */
export type DiffVerdict = 'shifted' | 'changed' | 'similar' | 'unknown'

/** Returns what a comparison found in a column. */
export function diffVerdict(column: DiffColumn): DiffVerdict {
  if (column.drifted) return 'shifted'
  if (diffFindings(column).length > 0) return 'changed'
  return column.judged ? 'similar' : 'unknown'
}

export type DiffFinding =
  | { kind: 'new-values' | 'gone-values'; names: string[]; total: number; rows: number | null }
  | { kind: 'new-missing'; cells: number }
  | { kind: 'no-more-missing'; cells: number }

/** Returns values and missing cells that only one side has, however few. */
export function diffFindings({ values, spread, missing }: DiffColumn): DiffFinding[] {
  const found: DiffFinding[] = []
  const { added, removed } = values ?? oneSidedOf(spread)
  if (added.total > 0) found.push({ kind: 'new-values', ...added })
  if (removed.total > 0) found.push({ kind: 'gone-values', ...removed })
  if (missing.before === 0 && missing.after > 0) found.push({ kind: 'new-missing', cells: missing.after })
  if (missing.before > 0 && missing.after === 0) found.push({ kind: 'no-more-missing', cells: missing.before })
  return found
}

/** A comparison of an earlier version lists only the most frequent values. */
function oneSidedOf(spread: DiffSpread) {
  const shown = spread.kind === 'values' ? spread.values : []
  const some = shown.some(v => v.before > 0) && shown.some(v => v.after > 0)
  const list = (only: 'before' | 'after', other: 'before' | 'after') => {
    const names = some ? shown.filter(v => v[only] > 0 && v[other] === 0).map(v => v.value) : []
    return { names: names.slice(0, 5), total: names.length, rows: null }
  }
  return { added: list('after', 'before'), removed: list('before', 'after') }
}
