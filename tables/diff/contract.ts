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

export interface DiffColumn {
  name: string
  test: 'ks' | 'psi'
  statistic: number
  threshold: number
  pValue: number
  drifted: boolean
  /** false: too few rows on a side to test. */
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
