import type { DatePart } from '../../recipe/types.ts'
import type { GraphBuilder } from './graph.ts'

const DAY_MS = 86_400_000

/**
 * `cyclePosition` (ml/recipe/date-parts.ts) as operations: int64 milliseconds, rows × 1 → double in [0, 1). Whole numbers throughout: ONNX divides
 * them towards zero, so what may be negative is floored by its remainder.
 */
export function addCyclePosition(graph: GraphBuilder, part: DatePart, ms: string): string {
  const whole = (value: number) => graph.number(value, 'int64')
  const [plus, minus] = [
    (a: string, b: string | number) => graph.add('Add', [a, typeof b === 'number' ? whole(b) : b]),
    (a: string, b: string | number) => graph.add('Sub', [a, typeof b === 'number' ? whole(b) : b]),
  ]
  const times = (a: string, b: number) => graph.add('Mul', [a, whole(b)])
  const truncated = (a: string, b: number) => graph.add('Div', [a, whole(b)])
  const modulo = (a: string, b: number) => graph.add('Mod', [a, whole(b)])
  const floored = (a: string, b: number) => truncated(minus(a, modulo(a, b)), b)
  const double = (a: string) => graph.add('Cast', [a], { to: { type: 'double' } })
  const ratio = (a: string, b: number | string) =>
    graph.add('Div', [double(a), typeof b === 'number' ? graph.number(b) : double(b)])

  if (part === 'hour') return ratio(modulo(ms, DAY_MS), DAY_MS)
  const day = floored(ms, DAY_MS)
  if (part === 'weekday') return ratio(modulo(plus(day, 4), 7), 7)

  // Hinnant's civil_from_days.
  const shifted = plus(day, 719_468)
  const era = floored(shifted, 146_097)
  const dayOfEra = minus(shifted, times(era, 146_097))
  const yearOfEra = truncated(
    minus(plus(minus(dayOfEra, truncated(dayOfEra, 1460)), truncated(dayOfEra, 36_524)), truncated(dayOfEra, 146_096)),
    365,
  )
  const leapDays = minus(truncated(yearOfEra, 4), truncated(yearOfEra, 100))
  const dayOfYear = minus(dayOfEra, plus(times(yearOfEra, 365), leapDays))
  const shiftedMonth = truncated(plus(times(dayOfYear, 5), 2), 153)
  const isLate = graph.add('Less', [shiftedMonth, whole(10)])
  const month = graph.add('Where', [isLate, plus(shiftedMonth, 3), minus(shiftedMonth, 9)])
  if (part === 'month') return ratio(minus(month, 1), 12)

  // Years begin in March there; January and February belong to the next civil year.
  const civil = plus(times(era, 400), yearOfEra)
  const year = graph.add('Where', [isLate, civil, plus(civil, 1)])
  const newYear = (of: string) => {
    // days_from_civil of 1 January: the 306th day of the year that began in March before.
    const y = minus(of, 1)
    const eraOf = floored(y, 400)
    const inEra = minus(y, times(eraOf, 400))
    const leaps = minus(truncated(inEra, 4), truncated(inEra, 100))
    return minus(plus(times(eraOf, 146_097), plus(plus(times(inEra, 365), leaps), 306)), 719_468)
  }
  const first = newYear(year)
  return ratio(minus(day, first), minus(newYear(plus(year, 1)), first))
}
