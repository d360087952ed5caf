import { toBoolean } from '#ml/index.ts'
import type { Signature } from '#server/registry/contract.ts'
import type { Row } from './read-rows.ts'

/** Texts for a missing value, the same as in ingestion. */
const MISSING = new Set(['', '?', 'NA', 'N/A', 'n/a', '<NA>', '#N/A', 'NaN', 'nan', 'NULL', 'null'])
const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/

/** Converts a text cell to the type of the signature. Returns the text if it does not fit, so that the server names the cell. */
export function fitCell(text: string, type: string, domain?: unknown): unknown {
  const trimmed = text.trim()
  const levels = Array.isArray(domain) ? (domain as string[]) : []
  if (MISSING.has(trimmed) && !levels.includes(trimmed)) return null
  switch (type) {
    case 'number':
    case 'integer':
      return NUMBER.test(trimmed) ? Number(trimmed) : trimmed
    case 'boolean': {
      if (levels.includes(trimmed)) return trimmed
      // The same texts as in ingestion, so that a file used in training also fits here.
      const truth = toBoolean(trimmed)
      return Number.isNaN(truth) ? trimmed : truth === 1
    }
    default:
      return trimmed
  }
}

/** Returns the columns of the signature, converted to its types, and the names of the omitted columns. */
export function fitRows(rows: Row[], textual: boolean, signature: Signature): { rows: Row[]; leftOut: string[] } {
  const known = new Set(signature.columns.map(c => c.name))
  const leftOut = new Set<string>()
  const fitted = rows.map(row => {
    for (const name of Object.keys(row)) if (!known.has(name)) leftOut.add(name)
    const kept: [string, unknown][] = []
    for (const { name, type, domain } of signature.columns) {
      // A column may be called `constructor` or `__proto__`, so only own properties are read.
      const cell = Object.hasOwn(row, name) ? row[name] : undefined
      if (cell === undefined) continue
      kept.push([name, textual ? fitCell(cell as string, type, domain) : cell])
    }
    return Object.fromEntries(kept)
  })
  return { rows: fitted, leftOut: [...leftOut] }
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
