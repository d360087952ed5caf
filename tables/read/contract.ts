import type { Coded, ColumnType, NameList } from '../contract.ts'

/** Physical facts of a file's column, before types and roles are inferred. */
export type CellKind = 'number' | 'boolean' | 'datetime' | 'text'

interface MissingCells {
  column: string
  cells: number
  present: number
}

/** Something noticed or changed while files became a version. */
export interface NoteFacts {
  /** The file has one column: the delimiter may be wrong. */
  'single-column': Record<string, never>
  /** A preview reads this many rows. */
  'inferred-from-sample': { rows: number }
  /** Columns of `file` differ from those of the first file. */
  'file-columns-differ': { file: string; first: string; absent: NameList; additional: NameList }
  'nested-as-json': { column: string }
  'not-finite': { column: string; cells: number }
  'leading-zeros-kept': { column: string }
  /** Some cells of a numeric column are not numbers and become missing. */
  'not-numbers': MissingCells & { examples: string[] }
  /** `NA` is a value among two-letter codes. */
  'na-kept': { column: string }
  'missing-tokens': MissingCells & { tokens: string[] }
  'blank-cells': MissingCells
  /** Appended rows lack columns or have new ones. */
  'append-columns-absent': { columns: NameList }
  'append-columns-new': { columns: NameList; version: string }
  'append-mixed-offsets': { column: string }
  'append-became-text': { column: string; before: CellKind; after: CellKind; version: string }
  'mostly-missing': { column: string; missing: number; rows: number }
  empty: { column: string }
  /** `value`: null when unknown; `gaps`: some cells are missing. */
  constant: { column: string; value: string | null; gaps: boolean }
  /** Texts that look like a missing value but are kept. */
  'missing-lookalikes': { column: string; words: string[] }
  'many-levels': { column: string; distinct: number }
  'columns-removed': { columns: NameList; version: string }
  'columns-added': { columns: NameList; version: string }
  'type-changed': { column: string; before: ColumnType; after: ColumnType; version: string }
  'more-types-changed': { columns: number; version: string }
}
export type IngestNote = Coded<NoteFacts>
