import { daysFromCivil } from '../frame/cell.ts'
import type { DatePart } from './types.ts'

const DAY_MS = 86_400_000
const TURN = 2 * Math.PI

export const DATE_PARTS: readonly DatePart[] = ['hour', 'weekday', 'month', 'day-of-year']

/** Position of a wall-clock time in its cycle, in [0, 1). The hour counts minutes too; weeks start on Sunday. */
export function cyclePosition(part: DatePart, ms: number): number {
  const day = Math.floor(ms / DAY_MS)
  if (part === 'hour') return (ms - day * DAY_MS) / DAY_MS
  if (part === 'weekday') return ((((day + 4) % 7) + 7) % 7) / 7
  const { year, month } = civilFromDays(day)
  if (part === 'month') return (month - 1) / 12
  const first = daysFromCivil(year, 1, 1)
  return (day - first) / (daysFromCivil(year + 1, 1, 1) - first)
}

export const cycleSine = (part: DatePart, ms: number): number => Math.sin(TURN * cyclePosition(part, ms))
export const cycleCosine = (part: DatePart, ms: number): number => Math.cos(TURN * cyclePosition(part, ms))

/** Year and month of a day number since 1970-01-01 (Hinnant, as in `daysFromCivil`). */
function civilFromDays(days: number): { year: number; month: number } {
  const shifted = days + 719468
  const era = Math.floor(shifted / 146097)
  const dayOfEra = shifted - era * 146097
  const yearOfEra = Math.floor(
    (dayOfEra - Math.floor(dayOfEra / 1460) + Math.floor(dayOfEra / 36524) - Math.floor(dayOfEra / 146096)) / 365,
  )
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100))
  const shiftedMonth = Math.floor((5 * dayOfYear + 2) / 153)
  const month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
  return { year: yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month }
}
