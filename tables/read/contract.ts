import { z } from 'zod'
import type { Coded, ColumnType, NameList } from '../contract.ts'

/** How files are read, where detection is not right. Absent: detected. */
export const readingOptions = z.object({
  /** Such as `windows-1252`; absent: detected among UTF-8, UTF-16 and Windows-1252. */
  encoding: z.string().min(1).max(40).optional(),
  delimiter: z.string().length(1).optional(),
  quote: z.string().length(1).optional(),
  /** Lines above the header. */
  skipLines: z.int().min(0).max(1000).optional(),
  /** Excel: the sheet. */
  sheet: z.string().min(1).max(200).optional(),
  /** JSON: the properties of nested objects become columns. */
  flatten: z.boolean().optional(),
  /** Lines that cannot be read are left out, up to this many, and listed. */
  skipBadLines: z.int().min(0).max(100_000).optional(),
})
export type ReadingOptions = z.infer<typeof readingOptions>

/** The option that mends a failure to read files; `value`: what to set, where that is known. */
export interface ReadingOffer {
  option: keyof ReadingOptions
  value?: number
}

const OFFER_PREFIX = 'reading_option'

/** Writes an offer as the reason code of a failure: `reading_option:skipBadLines:3`. */
export const offerCode = ({ option, value }: ReadingOffer): string =>
  [OFFER_PREFIX, option, ...(value === undefined ? [] : [value])].join(':')

/** Reads an offer from a reason code; null for any other code. */
export function offerOf(code: string | null | undefined): ReadingOffer | null {
  const [prefix, name, value] = (code ?? '').split(':')
  const option = readingOptions.keyof().options.find(key => key === name)
  if (prefix !== OFFER_PREFIX || !option) return null
  return value === undefined ? { option } : { option, value: Number(value) }
}

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
  /** The first line names the delimiter and is skipped. */
  'separator-line': { file: string; delimiter: string }
  'lead-lines-skipped': { file: string; lines: number; texts: string[] }
  'encoding-detected': { file: string; encoding: string }
  'backslash-quotes': { file: string }
  'single-quotes': { file: string }
  'index-column': { column: string }
  'sheet-read': { file: string; sheet: string; others: NameList }
  'records-found': { file: string; shape: string }
  'bad-lines-skipped': { lines: number[]; total: number; texts: string[] }
  /** Text was turned into another value; `value`: what the example became. */
  converted: { column: string; cells: number; example: string; value: string }
  trimmed: { column: string; cells: number }
  /** Digits are kept as text, because reading them as numbers could not be undone. */
  'code-kept': { column: string; reason: 'zeros' | 'exponent' | 'digits' | 'plus' }
  'ambiguous-decimal': { column: string; example: string; decimal: '.' | ',' }
  'ambiguous-day-order': { column: string; example: string; dayFirst: boolean }
  'times-without-offset': { column: string; cells: number; present: number }
  'time-of-day': { column: string; example: string }
  /** A column of text could be numbers or times but for these cells. */
  'nearly-numbers': {
    column: string
    type: 'number' | 'integer' | 'datetime'
    cells: number
    present: number
    texts: string[]
  }
  'not-times': MissingCells & { examples: string[] }
  'not-booleans': MissingCells & { examples: string[] }
  /** Texts that differ only by case or white space; `total`: of such pairs. */
  'lookalike-levels': { column: string; pairs: [string, string][]; total: number }
  /** The format of the earlier version does not fit. */
  'format-changed': { column: string; version: string }
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
