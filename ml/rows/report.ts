import type { CellError } from '../schema.ts'

/**
 * missing: an empty cell. absent_column: the row lacks the column. unseen: a level or word that training did not have. fraction: a fraction
 * in a column of whole numbers. extra_column: the model has no such column.
 */
export type WarningCode = 'missing' | 'absent_column' | 'unseen' | 'fraction' | 'extra_column'

export type CellValue = number | string | boolean | null

/** A cell that was answered although it is unlike those of training. */
export type CellWarning = {
  /** Index in the request, from 0. */
  row: number
  column: string
  code: WarningCode
  got: CellValue
  /** The value used instead; null: the model handles a missing value itself. */
  used: CellValue
}

export type WarningCount = { column: string; code: WarningCode; rows: number }

/** What was unlike training, of many rows. Lists are cut off, counts are complete. */
export type RowReport = {
  warnings: CellWarning[]
  warningCounts: WarningCount[]
  errors: CellError[]
  failedRows: number
  /** Per row: the code by column; null for a clean row. */
  repairs: (Record<string, WarningCode> | null)[]
}

/** Answers of the lenient policy: a row that cannot be understood has null, the others are answered. */
export type LenientRows = {
  predictions: (number | string | null)[]
  probabilities?: (number[] | null)[]
  /** What was unlike training; absent when every row is clean. */
  report?: RowReport
  /** The rows with converted cells, missing ones null; null for a failed row. Absent when every row is clean. */
  rows?: (object | null)[]
}

const MAX_LISTED = 2000
/** So that one column does not hide the others. */
const MAX_LISTED_PER_COLUMN = 200
const MAX_TEXT = 100

/** Collects what was unlike training while rows are read. */
export class ReportBuilder {
  readonly #warnings: CellWarning[] = []
  readonly #errors: CellError[] = []
  readonly #counts = new Map<string, WarningCount>()
  readonly #repairs: (Record<string, WarningCode> | null)[]
  readonly #failed = new Set<number>()

  constructor(rows: number) {
    this.#repairs = new Array(rows).fill(null)
  }

  warn(warning: CellWarning): void {
    const { row, column, code } = warning
    const key = `${code} ${column}`
    const count = this.#counts.get(key) ?? { column, code, rows: 0 }
    this.#counts.set(key, count)
    count.rows++
    const repairs = this.#repairs[row] ?? (Object.create(null) as Record<string, WarningCode>)
    repairs[column] = code
    this.#repairs[row] = repairs
    if (count.rows <= MAX_LISTED_PER_COLUMN && this.#warnings.length < MAX_LISTED) this.#warnings.push(warning)
  }

  /** Warns once about a column that the model does not have. */
  warnExtra(row: number, column: string, got: unknown): void {
    const key = `extra_column ${column}`
    const count = this.#counts.get(key)
    if (count) {
      count.rows++
      return
    }
    this.#counts.set(key, { column, code: 'extra_column', rows: 1 })
    if (this.#warnings.length < MAX_LISTED)
      this.#warnings.push({ row, column, code: 'extra_column', got: shorten(got), used: null })
  }

  fail(error: CellError): void {
    this.#failed.add(error.row)
    if (this.#errors.length < MAX_LISTED) this.#errors.push(error)
  }

  repairsOf(row: number): Readonly<Record<string, WarningCode>> | null {
    return this.#repairs[row] ?? null
  }

  hasFailed(row: number): boolean {
    return this.#failed.has(row)
  }

  /** Undefined when every row is clean. */
  finish(): RowReport | undefined {
    if (this.#counts.size === 0 && this.#failed.size === 0) return undefined
    return {
      warnings: this.#warnings,
      warningCounts: [...this.#counts.values()],
      errors: this.#errors,
      failedRows: this.#failed.size,
      repairs: this.#repairs,
    }
  }
}

/** A cell as a short JSON value. */
export function shorten(value: unknown): CellValue {
  if (typeof value === 'string') return value.length > MAX_TEXT ? `${value.slice(0, MAX_TEXT)}…` : value
  if (typeof value === 'number') return Number.isFinite(value) ? value : String(value)
  if (typeof value === 'boolean') return value
  if (value === null || value === undefined) return null
  return Array.isArray(value) ? 'a list' : 'an object'
}
