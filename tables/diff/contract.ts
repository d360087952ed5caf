import type { Coded, ColumnType, NameList } from '../contract.ts'

export type DiffCell = string | number | boolean | null

/** A row that is there once, or on both sides: cells in the order of `columns`. */
export interface DiffSample {
  change: 'added' | 'removed' | 'changed'
  before: DiffCell[] | null
  after: DiffCell[] | null
  /** Places of the cells that differ; of a changed row. */
  cells: number[]
}

/** How a column was spread and is spread now; both sides in shares of their own present cells, on the same bins. */
export type DiffSpread =
  | { kind: 'bins'; bins: { from: number; to: number; before: number; after: number }[]; isTime: boolean }
  | { kind: 'values'; values: { value: string; before: number; after: number }[] }

export interface DiffColumn {
  name: string
  test: 'ks' | 'psi'
  statistic: number
  threshold: number
  pValue: number
  drifted: boolean
  /** false: too few rows on a side to say. */
  judged: boolean
  missing: { before: number; after: number }
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
    /** What the changed ones were and are. */
    types: { name: string; before: ColumnType; after: ColumnType }[]
  }
  rows: { added: number; removed: number; changed: number; same: number }
  /** The columns that rows were matched by; empty: whole rows. */
  key: string[]
  /** What qualifies the counts. */
  notes: DiffNote[]
  /** Changed most first. */
  columns: DiffColumn[]
  sample: { columns: string[]; rows: DiffSample[] }
  /** Rows of each side that the spread was measured on. */
  measuredRows: { before: number; after: number }
}
