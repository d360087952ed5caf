import { daysFromCivil, daysInMonth, OFFSET_SHAPE, offsetMs, parseDatetime } from '../frame/cell.ts'
import type { DatetimeFormat } from './column-format.ts'

/** Months by the first three letters of their English and German names, in lower case. */
export const MONTH_NAMES: Readonly<Record<string, number>> = {
  jan: 1,
  feb: 2,
  mar: 3,
  mär: 3,
  mrz: 3,
  apr: 4,
  may: 5,
  mai: 5,
  jun: 6,
  jul: 7,
  aug: 8,
  sep: 9,
  oct: 10,
  okt: 10,
  nov: 11,
  dec: 12,
  dez: 12,
}
const NAME = '[A-Za-zÄä]{3,9}\\.?'
const DIRECTIVES: Record<string, string> = {
  Y: '([0-9]{4})',
  y: '([0-9]{2})',
  m: '([0-9]{1,2})',
  d: '([0-9]{1,2})',
  b: `(${NAME})`,
  B: `(${NAME})`,
  H: '([01]?[0-9]|2[0-3])',
  I: '([0-9]{1,2})',
  M: '([0-5][0-9])',
  S: '([0-5][0-9])',
  f: '([0-9]{1,9})',
  p: '([AaPp]\\.?[Mm]\\.?)',
  z: `(Z|UTC|GMT|${OFFSET_SHAPE})`,
}

/** A time pattern as the source of a regular expression for JavaScript and RE2; `fields` names its groups. */
export type DatetimePattern = { shape: string; fields: string[] }

/** Compiles a `strptime` pattern. Throws RangeError for parts that are not known. `%a` is the name of a day and is not checked. */
export function datetimePattern(pattern: string): DatetimePattern {
  const fields: string[] = []
  const source = pattern.replace(/%(.)|[.*+?^${}()|[\]\\/]|\s+/g, (part, directive?: string) => {
    if (directive === undefined) return /^\s/.test(part) ? ' +' : `\\${part}`
    if (directive === 'a') return NAME
    const field = DIRECTIVES[directive]
    if (!field) throw new RangeError(`%${directive} is not a known part of a time pattern.`)
    fields.push(directive)
    return field
  })
  return { shape: `^${source}$`, fields }
}

/** Compiles a reader of trimmed text to milliseconds since 1970-01-01; NaN for text that is no time under the format. */
export function compileDatetimeReader(format: DatetimeFormat = {}): (text: string) => number {
  const { epoch, patterns } = format
  if (epoch) {
    const factor = epoch === 's' ? 1000 : 1
    return text => (EPOCH.test(text) ? Math.floor(Number(text) * factor) : parseDatetime(text))
  }
  if (!patterns?.length) return parseDatetime
  const readers = patterns.map(compilePattern)
  return text => {
    for (const read of readers) {
      const ms = read(text)
      if (!Number.isNaN(ms)) return ms
    }
    // Requests may always use ISO 8601.
    return parseDatetime(text)
  }
}

const EPOCH = /^-?[0-9]{1,15}(\.[0-9]{1,9})?$/
export const EPOCH_SHAPE: string = EPOCH.source

function compilePattern(pattern: string): (text: string) => number {
  const { shape, fields } = datetimePattern(pattern)
  const compiled = new RegExp(shape)
  return text => {
    const match = compiled.exec(text)
    if (!match) return Number.NaN
    const parts: Record<string, string> = {}
    for (let i = 0; i < fields.length; i++) parts[fields[i]!] = match[i + 1]!
    return toMs(parts)
  }
}

function toMs(parts: Record<string, string>): number {
  const year = parts.Y !== undefined ? Number(parts.Y) : yearOfTwoDigits(Number(parts.y ?? '70'))
  const name = (parts.b ?? parts.B)?.slice(0, 3).toLowerCase()
  const month = name === undefined ? Number(parts.m ?? 1) : (MONTH_NAMES[name] ?? 0)
  const day = Number(parts.d ?? 1)
  if (year < 1 || month < 1 || month > 12 || day < 1 || day > daysInMonth(year, month)) return Number.NaN
  const hour = hourOf(parts)
  const [minute, second] = [Number(parts.M ?? 0), Number(parts.S ?? 0)]
  if (Number.isNaN(hour) || hour > 23 || minute > 59 || second > 59) return Number.NaN
  const fraction = parts.f === undefined ? 0 : Number(parts.f.padEnd(3, '0').slice(0, 3))
  const ms =
    daysFromCivil(year, month, day) * 86_400_000 + hour * 3_600_000 + minute * 60_000 + second * 1000 + fraction
  return ms - offsetMs(parts.z)
}

/** As POSIX: 69 to 99 are of the last century. */
const yearOfTwoDigits = (year: number) => (year >= 69 ? 1900 + year : 2000 + year)

function hourOf(parts: Record<string, string>): number {
  if (parts.I === undefined) return Number(parts.H ?? 0)
  const hour = Number(parts.I)
  if (hour < 1 || hour > 12) return Number.NaN
  return (hour % 12) + (parts.p?.toLowerCase().startsWith('p') ? 12 : 0)
}
