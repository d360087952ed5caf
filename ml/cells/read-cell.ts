import { type ColumnFormat, MISSING_WORDS, trimCell } from './column-format.ts'
import { compileDatetimeReader } from './read-datetime.ts'
import { compileNumberReader } from './read-number.ts'

/** A cell that cannot be understood as a value of its column. */
export const UNREADABLE: unique symbol = Symbol('unreadable')

/** Number and integer: a number; datetime: milliseconds since 1970; boolean: a boolean; else text. null: missing. */
export type ReadCell = number | string | boolean | null
export type CellReader = (value: unknown) => ReadCell | typeof UNREADABLE

/** What a reader needs to know of a column. */
export type CellColumn = {
  type: 'number' | 'integer' | 'category' | 'boolean' | 'datetime' | 'text' | 'id' | 'constant'
  /** Category: the levels. Boolean: [false word, true word]. */
  domain?: readonly string[] | { min: number; max: number }
  format?: ColumnFormat
}

/**
 * Compiles the one reader of a column's cells, for every source: text of files and requests, and JSON values. A word that is not known to a
 * category or boolean column is returned as it is: the caller decides about unseen values.
 */
export function compileCellReader(column: CellColumn): CellReader {
  switch (column.type) {
    case 'number':
    case 'integer':
      return numberReader(column)
    case 'datetime':
      return datetimeReader(column.format)
    case 'boolean':
      return booleanReader(column)
    default:
      return textReader(column)
  }
}

/** Returns the texts of a column that mean missing; -999 may be one. */
const ownMissing = (format: ColumnFormat | undefined): ((text: string) => boolean) => {
  const own = format?.missing?.length ? new Set(format.missing) : undefined
  return own ? text => own.has(text) : () => false
}
const isMissingWord = (text: string) => MISSING_WORDS.has(text.toLowerCase())

const isLevels = (domain: NonNullable<CellColumn['domain']>): domain is readonly string[] => Array.isArray(domain)

function numberReader({ type, domain, format }: CellColumn): CellReader {
  const read = compileNumberReader(format?.number)
  const isMissing = ownMissing(format)
  // Flags are often written as 0 and 1; elsewhere true is no number.
  const isFlag = type === 'integer' && domain && !isLevels(domain) && domain.min === 0 && domain.max === 1
  return value => {
    if (typeof value === 'number') return Number.isFinite(value) ? value : UNREADABLE
    if (value === null || value === undefined) return null
    if (typeof value === 'string') {
      const text = trimCell(value)
      if (isMissing(text)) return null
      const number = read(text)
      if (Number.isFinite(number)) return number
      // An infinite cell of a file is read as missing; so is it here.
      return Number.isNaN(number) && !isMissingWord(text) ? UNREADABLE : null
    }
    if (typeof value === 'boolean') return isFlag ? Number(value) : UNREADABLE
    return typeof value === 'bigint' ? Number(value) : UNREADABLE
  }
}

function datetimeReader(format: ColumnFormat | undefined): CellReader {
  const read = compileDatetimeReader(format?.datetime)
  const isMissing = ownMissing(format)
  const factor = format?.datetime?.epoch === 's' ? 1000 : 1
  return value => {
    if (value === null || value === undefined) return null
    if (typeof value === 'string') {
      const text = trimCell(value)
      if (isMissing(text)) return null
      const ms = read(text)
      if (!Number.isNaN(ms)) return ms
      return isMissingWord(text) ? null : UNREADABLE
    }
    return typeof value === 'number' && Number.isFinite(value) ? value * factor : UNREADABLE
  }
}

const TRUE_WORDS = new Set(['true', 't', 'yes', 'y', '1', '1.0', 'on'])
const FALSE_WORDS = new Set(['false', 'f', 'no', 'n', '0', '0.0', 'off'])

function booleanReader({ domain, format }: CellColumn): CellReader {
  const [no, yes] = Array.isArray(domain) ? domain.map(word => trimCell(String(word)).toLowerCase()) : []
  const isMissing = ownMissing(format)
  return value => {
    if (typeof value === 'boolean') return value
    if (value === null || value === undefined) return null
    if (value === 1 || value === 1n) return true
    if (value === 0 || value === 0n) return false
    if (typeof value === 'string') {
      const text = trimCell(value)
      if (isMissing(text)) return null
      const word = text.toLowerCase()
      if (word === yes) return true
      if (word === no) return false
      if (isMissingWord(text)) return null
      // The column's own words win: `n` may be its word for true.
      if (TRUE_WORDS.has(word)) return true
      if (FALSE_WORDS.has(word)) return false
      return text
    }
    return typeof value === 'number' ? String(value) : UNREADABLE
  }
}

function textReader({ type, domain, format }: CellColumn): CellReader {
  const levels = type === 'category' || type === 'constant' ? levelsOf(domain) : undefined
  const missing = new Set(format?.missing ?? [])
  const json = format?.json === true
  return value => {
    if (value === null || value === undefined) return null
    if (typeof value === 'string') {
      if (levels?.exact.has(value)) return value
      const text = trimCell(value)
      const level = levels?.trimmed.get(text)
      if (level !== undefined) return level
      if (text === '' || missing.has(text)) return null
      return levels?.numeric.get(wholeNumber(text)) ?? text
    }
    if (typeof value === 'number') {
      if (!Number.isFinite(value)) return UNREADABLE
      const text = String(value)
      return levels?.numeric.get(text) ?? text
    }
    if (typeof value === 'boolean' || typeof value === 'bigint')
      return levels?.trimmed.get(String(value)) ?? String(value)
    return json ? JSON.stringify(value) : UNREADABLE
  }
}

/** `101`, `101.0` and the number 101 are one level; `0101` is another. */
const wholeNumber = (text: string): string =>
  /^-?(0|[1-9]\d*)\.0+$/.test(text) ? text.slice(0, text.indexOf('.')) : text

function levelsOf(domain: CellColumn['domain']) {
  const levels = Array.isArray(domain) ? (domain as readonly string[]) : []
  const exact = new Set(levels)
  const trimmed = new Map<string, string>()
  const numeric = new Map<string, string>()
  for (const level of levels) {
    const text = trimCell(level)
    if (!trimmed.has(text)) trimmed.set(text, level)
    const whole = wholeNumber(text)
    if (!numeric.has(whole)) numeric.set(whole, level)
  }
  return { exact, trimmed, numeric }
}
