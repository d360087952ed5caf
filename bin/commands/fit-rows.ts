import { type CellColumn, compileCellReader, UNREADABLE } from '#ml/cells/read-cell.ts'
import { timeText } from '#ml/rows/time-text.ts'
import type { Signature, SignatureColumn } from '#server/registry/contract.ts'
import { chooseFormat } from './choose-format.ts'
import type { Row } from './parse-json-rows.ts'

/** Compiles the reader of a column for a strict endpoint. What cannot be read stays as it is, so that the server names the cell. */
export function compileFit(column: SignatureColumn): (cell: unknown) => unknown {
  const read = compileCellReader(column as CellColumn)
  return cell => {
    const value = read(cell)
    if (value === UNREADABLE) return cell
    return column.type === 'datetime' && typeof value === 'number' ? timeText(value, column.format) : value
  }
}

export interface FittedRows {
  rows: Row[]
  leftOut: string[]
  /** Columns whose numbers the file writes plainly, unlike the training files. */
  plain: string[]
}

/**
 * Returns the columns of the signature and the names of the omitted columns. With `convert`, text cells are read by the formats of the
 * columns here; a lenient endpoint does that itself, unless the file as a whole is written otherwise.
 */
export function fitRows(rows: Row[], convert: boolean, signature: Signature): FittedRows {
  const known = new Set(signature.columns.map(c => c.name))
  const plain: string[] = []
  const columns = signature.columns.map(column => {
    const cells = rows.map(row => (Object.hasOwn(row, column.name) ? row[column.name] : undefined))
    const chosen = chooseFormat(column as SignatureColumn & CellColumn, cells)
    if (chosen !== column) plain.push(column.name)
    return { name: column.name, fit: compileFit(chosen), convert: convert || chosen !== column }
  })
  const leftOut = new Set<string>()
  const fitted = rows.map(row => {
    for (const name of Object.keys(row)) if (!known.has(name)) leftOut.add(name)
    const kept: [string, unknown][] = []
    for (const { name, fit, convert } of columns) {
      // A column may be called `constructor` or `__proto__`, so only own properties are read.
      const cell = Object.hasOwn(row, name) ? row[name] : undefined
      if (cell === undefined) continue
      kept.push([name, convert && typeof cell === 'string' ? fit(cell) : cell])
    }
    return Object.fromEntries(kept)
  })
  return { rows: fitted, leftOut: [...leftOut], plain }
}

/** Splits items into batches of at most so many rows and bytes of JSON. */
export function batchesOf<T>(items: T[], maxRows: number, maxBytes: number): T[][] {
  const batches: T[][] = []
  let batch: T[] = []
  let bytes = 0
  for (const item of items) {
    const size = Buffer.byteLength(JSON.stringify(item)) + 1
    if (batch.length > 0 && (batch.length >= maxRows || bytes + size > maxBytes)) {
      batches.push(batch)
      batch = []
      bytes = 0
    }
    batch.push(item)
    bytes += size
  }
  if (batch.length > 0) batches.push(batch)
  return batches
}
