import { daysFromCivil, daysInMonth, parseDatetime } from '../frame/cell.ts'
import type { DatetimeFormat } from './column-format.ts'

const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec']
const DIRECTIVES: Record<string, string> = {
  Y: '(\\d{4})',
  y: '(\\d{2})',
  m: '(\\d{1,2})',
  d: '(\\d{1,2})',
  b: '([A-Za-z]{3})',
  B: '([A-Za-z]{3,9})',
  H: '(\\d{1,2})',
  I: '(\\d{1,2})',
  M: '(\\d{1,2})',
  S: '(\\d{1,2})',
  f: '(\\d{1,9})',
  p: '([AaPp][Mm])',
  z: '(Z|[+-]\\d{2}(?::?\\d{2})?)',
}

/** Compiles a reader of trimmed text to milliseconds since 1970-01-01; NaN for text that is no time under the format. */
export function compileDatetimeReader(format: DatetimeFormat = {}): (text: string) => number {
  const { epoch, patterns } = format
  if (epoch) {
    const factor = epoch === 's' ? 1000 : 1
    return text => (/^-?\d{1,15}(\.\d+)?$/.test(text) ? Math.round(Number(text) * factor) : parseDatetime(text))
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

/** Compiles one `strptime` pattern. */
function compilePattern(pattern: string): (text: string) => number {
  const fields: string[] = []
  const source = pattern.replace(/%(.)|[.*+?^${}()|[\]\\]|\s+/g, (part, directive?: string) => {
    if (directive === undefined) return /^\s/.test(part) ? '\\s+' : `\\${part}`
    const field = DIRECTIVES[directive]
    if (!field) throw new RangeError(`%${directive} is not a known part of a time pattern.`)
    fields.push(directive)
    return field
  })
  const shape = new RegExp(`^${source}$`)
  return text => {
    const match = shape.exec(text)
    if (!match) return Number.NaN
    const parts: Record<string, string> = {}
    for (let i = 0; i < fields.length; i++) parts[fields[i]!] = match[i + 1]!
    return toMs(parts)
  }
}

function toMs(parts: Record<string, string>): number {
  const year = parts.Y !== undefined ? Number(parts.Y) : yearOfTwoDigits(Number(parts.y ?? '70'))
  const name = (parts.b ?? parts.B)?.slice(0, 3).toLowerCase()
  const month = name === undefined ? Number(parts.m ?? 1) : MONTHS.indexOf(name) + 1
  const day = Number(parts.d ?? 1)
  if (month < 1 || month > 12 || day < 1 || day > daysInMonth(year, month)) return Number.NaN
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
  return (hour % 12) + (parts.p?.toLowerCase() === 'pm' ? 12 : 0)
}

function offsetMs(zone: string | undefined): number {
  if (zone === undefined || zone === 'Z') return 0
  const digits = zone.slice(1).replace(':', '')
  const ms = (Number(digits.slice(0, 2)) * 60 + Number(digits.slice(2, 4) || 0)) * 60_000
  return zone.startsWith('-') ? -ms : ms
}
