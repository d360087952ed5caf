import { parseDatetime } from '#ml/predict.ts'

const OFFSET = /(?:Z|UTC|GMT|[+-]\d{2}(?::?\d{2})?)\s*$/i
const TIME_PART = /[T ]\d{1,2}:\d{2}/
/** 0001-01-01 */
const EARLIEST = -62_135_596_800_000
const LATEST = Date.UTC(9999, 11, 31)

const formatters = new Map<string, Intl.DateTimeFormat>()

/** Returns the zone's offset from UTC at this instant, in milliseconds. */
function zoneOffsetMs(instant: number, zone: string): number {
  let format = formatters.get(zone)
  if (!format) {
    format = new Intl.DateTimeFormat('en-u-hc-h23', {
      timeZone: zone,
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
      era: 'short',
    })
    formatters.set(zone, format)
  }
  const part: Record<string, string> = {}
  for (const p of format.formatToParts(instant)) part[p.type] = p.value
  const year = part.era === 'BC' ? 1 - Number(part.year) : Number(part.year)
  const wall = new Date(0)
  wall.setUTCFullYear(year, Number(part.month) - 1, Number(part.day))
  wall.setUTCHours(Number(part.hour), Number(part.minute), Number(part.second), 0)
  return wall.getTime() - Math.floor(instant / 1000) * 1000
}

/**
 * Parses ISO 8601 to milliseconds since 1970; without an offset it is a wall clock of `zone`. A wall clock that occurs twice (autumn) means
 * its first occurrence; a skipped one (spring) moves forward by the gap. NaN if it is not a time between the years 1 and 9999.
 */
export function resolveInstant(text: string, zone: string): number {
  const wall = parseDatetime(text)
  if (Number.isNaN(wall) || wall < EARLIEST || wall > LATEST) return Number.NaN
  if (zone === 'UTC' || (TIME_PART.test(text) && OFFSET.test(text))) return wall
  const before = zoneOffsetMs(wall - 86_400_000, zone)
  const after = zoneOffsetMs(wall + 86_400_000, zone)
  const first = wall - Math.max(before, after)
  const last = wall - Math.min(before, after)
  if (first + zoneOffsetMs(first, zone) === wall) return first
  if (last + zoneOffsetMs(last, zone) === wall) return last
  return wall - before
}
