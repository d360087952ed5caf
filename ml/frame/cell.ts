const DAY_MS = 86_400_000
/**
 * Source of the regular expression of an offset, for JavaScript and RE2: `+02`, `-0330`, `+05:45`. No clock is further from UTC than 14 hours
 * (Kiribati), so a text with more is no time.
 */
export const OFFSET_SHAPE = '[+-](?:(?:0[0-9]|1[0-3])(?::?[0-5][0-9])?|14(?::?00)?)'
/** Source of the regular expression of an ISO 8601 date or datetime, for JavaScript and RE2. */
export const ISO_SHAPE = `([+-]?[0-9]{4,6})-([0-9]{1,2})-([0-9]{1,2})(?:[T ]([01]?[0-9]|2[0-3]):([0-5][0-9])(?::([0-5][0-9])(?:[.,]([0-9]{1,9}))?)? *(Z|z|UTC|GMT|${OFFSET_SHAPE})?)?`
const ISO = new RegExp(`^\\s*${ISO_SHAPE}\\s*$`)

/** Returns days from 1970-01-01 of a proleptic Gregorian date (H. Hinnant, "chrono-compatible low-level date algorithms"). */
export function daysFromCivil(year: number, month: number, day: number): number {
  const y = month <= 2 ? year - 1 : year
  const era = Math.floor(y / 400)
  const yearOfEra = y - era * 400
  const dayOfYear = Math.floor((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5) + day - 1
  const dayOfEra = yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear
  return era * 146097 + dayOfEra - 719468
}

export function daysInMonth(year: number, month: number): number {
  if (month === 2) return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31
}

/**
 * Parses an ISO 8601 date or datetime to milliseconds since 1970-01-01; NaN if it is none.
 * A string without a zone is a wall clock and is never shifted (read as UTC); one with a zone is that instant.
 */
export function parseDatetime(text: string): number {
  const match = ISO.exec(text)
  if (!match) return Number.NaN
  const [year, month, day] = [Number(match[1]), Number(match[2]), Number(match[3])]
  const [hour, minute, second] = [Number(match[4] ?? 0), Number(match[5] ?? 0), Number(match[6] ?? 0)]
  if (month < 1 || month > 12 || day < 1 || day > daysInMonth(year, month)) return Number.NaN
  if (hour > 23 || minute > 59 || second > 59) return Number.NaN
  const fraction = match[7] ? Number(match[7].padEnd(3, '0').slice(0, 3)) : 0
  const ms = daysFromCivil(year, month, day) * DAY_MS + hour * 3_600_000 + minute * 60_000 + second * 1000 + fraction
  return ms - offsetMs(match[8])
}

/** Returns the offset of a text that matches `OFFSET_SHAPE` in milliseconds; 0 for UTC and without. */
export function offsetMs(zone: string | undefined): number {
  if (zone === undefined || !/^[+-]/.test(zone)) return 0
  const digits = zone.slice(1).replace(':', '')
  const ms = (Number(digits.slice(0, 2)) * 60 + Number(digits.slice(2, 4) || 0)) * 60_000
  return zone.startsWith('-') ? -ms : ms
}

/** The fields that identify DuckDB's value objects, without importing DuckDB. */
type ForeignValue = {
  value?: unknown
  scale?: unknown
  days?: unknown
  micros?: unknown
  millis?: unknown
  seconds?: unknown
  nanos?: unknown
}

/** Converts any cell to a number; NaN when missing or not a number. Decimals and 64-bit integers become doubles. */
export function toNumber(value: unknown): number {
  if (typeof value === 'number') return value
  if (value === null || value === undefined) return Number.NaN
  if (typeof value === 'bigint') return Number(value)
  if (typeof value === 'boolean') return value ? 1 : 0
  if (typeof value === 'string') return value.trim() === '' ? Number.NaN : Number(value)
  if (typeof value === 'object') {
    const foreign = value as ForeignValue
    if (typeof foreign.value === 'bigint' && typeof foreign.scale === 'number') {
      // Converted through text: dividing two doubles would be off by one unit in the last place.
      const digits = foreign.value < 0n ? -foreign.value : foreign.value
      const number = Number(`${digits}e-${foreign.scale}`)
      return foreign.value < 0n ? -number : number
    }
  }
  return Number.NaN
}

const TRUE_WORDS = new Set(['true', 't', 'yes', 'y', '1', 'on'])
const FALSE_WORDS = new Set(['false', 'f', 'no', 'n', '0', 'off'])

/** Converts any cell to 1, 0 or NaN (missing or not a boolean). `words` = the column's own [false word, true word]. */
export function toBoolean(value: unknown, words?: readonly string[]): number {
  if (typeof value === 'boolean') return value ? 1 : 0
  if (value === 1 || value === 1n) return 1
  if (value === 0 || value === 0n) return 0
  if (typeof value === 'string') {
    if (words && value === words[0]) return 0
    if (words && value === words[1]) return 1
    const word = value.trim().toLowerCase()
    if (TRUE_WORDS.has(word)) return 1
    if (FALSE_WORDS.has(word)) return 0
  }
  return Number.NaN
}

/** Converts any cell to milliseconds since 1970; numbers are milliseconds. NaN when missing or not a datetime. */
export function toDatetime(value: unknown): number {
  if (typeof value === 'number') return value
  if (typeof value === 'string') return parseDatetime(value)
  if (value === null || value === undefined) return Number.NaN
  if (typeof value === 'bigint') return Number(value)
  if (value instanceof Date) return value.getTime()
  if (typeof value === 'object') {
    const foreign = value as ForeignValue
    if (typeof foreign.micros === 'bigint') return Number(foreign.micros / 1000n)
    if (typeof foreign.nanos === 'bigint') return Number(foreign.nanos / 1_000_000n)
    if (typeof foreign.millis === 'bigint') return Number(foreign.millis)
    if (typeof foreign.seconds === 'bigint') return Number(foreign.seconds) * 1000
    if (typeof foreign.days === 'number') return foreign.days * DAY_MS
  }
  return Number.NaN
}

/** Converts any cell to text, null when missing. Numbers print as in JavaScript (3, not 3.0). */
export function toText(value: unknown): string | null {
  if (typeof value === 'string') return value
  if (value === null || value === undefined) return null
  if (typeof value === 'number') return Number.isNaN(value) ? null : String(value)
  if (typeof value === 'boolean' || typeof value === 'bigint') return String(value)
  if (value instanceof Date) return value.toISOString()
  return String(value)
}
