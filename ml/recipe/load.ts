import { EngineError } from '../errors.ts'
import { toBoolean, toDatetime, toNumber, toText } from '../frame/cell.ts'
import type { Frame, FrameColumn } from '../frame/frame.ts'
import { MISSING_CODE, UNSEEN_CODE } from './program.ts'
import type { FittedInput } from './types.ts'

/** Infinite cells are treated as missing. */
const finite = (value: number): number => (Number.isFinite(value) ? value : Number.NaN)

/** ECMAScript's date limit, in milliseconds. */
const LAST_DAY_MS = 8.64e15
export const calendarTime = (ms: number): number => (Math.abs(ms) <= LAST_DAY_MS ? ms : Number.NaN)

/** Compiles the reader of a single request cell into a register; a cell of another type is missing, a missing one becomes the fallback. */
export function compileReader(input: FittedInput): (value: unknown) => number {
  const read = compilePlainReader(input)
  const fallback = fallbackCell(input)
  if (fallback === undefined) return read
  if (input.type === 'category') {
    return value => {
      const code = read(value)
      return code === MISSING_CODE ? fallback : code
    }
  }
  return value => {
    const cell = read(value)
    return Number.isNaN(cell) ? fallback : cell
  }
}

/** The register of an input's missing cell; undefined: it stays missing. */
function fallbackCell({ type, fallback, vocabulary = [] }: FittedInput): number | undefined {
  if (fallback === undefined || type === 'text') return undefined
  if (type !== 'category') return typeof fallback === 'number' && Number.isFinite(fallback) ? fallback : undefined
  const code = vocabulary.indexOf(String(fallback))
  return code < 0 ? undefined : code
}

function compilePlainReader(input: FittedInput): (value: unknown) => number {
  switch (input.type) {
    case 'number':
      return value => finite(toNumber(value))
    case 'datetime':
      return value => calendarTime(toDatetime(value))
    case 'boolean':
      return value => toBoolean(value, input.words)
    case 'category': {
      const codes = codesOf(input.vocabulary ?? [])
      return value => {
        const text = toText(value)
        return text === null ? MISSING_CODE : (codes.get(text) ?? UNSEEN_CODE)
      }
    }
    default:
      return () => Number.NaN
  }
}

export function codesOf(vocabulary: readonly string[]): Map<string, number> {
  return new Map(vocabulary.map((level, code) => [level, code]))
}

/** Copies cells of rows `start` to `start + count` to `out`, from 0; `rows` picks and orders rows of the frame first. */
export type NumberLoader = (out: Float64Array, start: number, count: number, rows?: ArrayLike<number>) => void
export type TextLoader = (out: (string | null)[], start: number, count: number, rows?: ArrayLike<number>) => void

/** @throws EngineError `frame-column` */
export function frameColumn(frame: Frame, name: string): FrameColumn {
  const column = frame.columns.get(name)
  if (column) return column
  throw new EngineError('frame-column', `The data lacks the column “${name}”.`, 'Add the column.')
}

/** Reads an input from a frame. A column of another storage type is read through its plain values. */
export function compileLoader(input: FittedInput, column: FrameColumn): NumberLoader {
  const fallback = fallbackCell(input)
  if (column.type === 'category') {
    const { codes, dictionary } = column
    const table = Float64Array.from(dictionary, compileReader(input))
    const missing = fallback ?? (input.type === 'category' ? MISSING_CODE : Number.NaN)
    return (out, start, count, rows) => {
      for (let i = 0; i < count; i++) {
        const code = codes[rows ? rows[start + i]! : start + i]!
        out[i] = code < 0 ? missing : table[code]!
      }
    }
  }
  if (column.type === 'text' || input.type === 'category' || input.type === 'text') {
    const read = compileReader(input)
    return (out, start, count, rows) => {
      for (let i = 0; i < count; i++) out[i] = read(column.values[rows ? rows[start + i]! : start + i])
    }
  }
  const { values } = column
  const most = input.type === 'datetime' ? LAST_DAY_MS : Number.MAX_VALUE
  const missing = fallback ?? Number.NaN
  return (out, start, count, rows) => {
    for (let i = 0; i < count; i++) {
      const value = values[rows ? rows[start + i]! : start + i]!
      out[i] = value <= most && value >= -most ? value : missing
    }
  }
}

/** Reads an input's cells as written. */
export function compileTextLoader(column: FrameColumn): TextLoader {
  if (column.type === 'category') {
    const { codes, dictionary } = column
    return (out, start, count, rows) => {
      for (let i = 0; i < count; i++) {
        const code = codes[rows ? rows[start + i]! : start + i]!
        out[i] = code < 0 ? null : dictionary[code]!
      }
    }
  }
  const { values } = column
  return (out, start, count, rows) => {
    for (let i = 0; i < count; i++) out[i] = toText(values[rows ? rows[start + i]! : start + i])
  }
}
