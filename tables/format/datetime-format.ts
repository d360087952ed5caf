const SEPARATOR = '[./-]'
const TIME =
  '(?:(,? +|T)([0-9]{1,2}):([0-9]{2})(?::([0-9]{2})(?:[.]([0-9]{1,9}))?)?( *)([AaPp]\\.?[Mm]\\.?)?( *)(Z|UTC|GMT|[+-][0-9]{2}:?(?:[0-9]{2})?)?)?'
const DAY_MONTH_YEAR = new RegExp(`^([0-9]{1,2})(${SEPARATOR})([0-9]{1,2})\\2([0-9]{4}|[0-9]{2})${TIME}$`)
const YEAR_MONTH_DAY = new RegExp(`^([0-9]{4})([./])([0-9]{1,2})\\2([0-9]{1,2})${TIME}$`)
const NAME = '[A-Za-zÄä]{3,9}\\.?'
const DAY_NAME_YEAR = new RegExp(
  `^(${NAME},? )?([0-9]{1,2})([-. /]|\\. )(${NAME})(,? |[-/.])([0-9]{4}|[0-9]{2})${TIME}$`,
)
const NAME_DAY_YEAR = new RegExp(`^(${NAME},? )?(${NAME}) ([0-9]{1,2})(,? )([0-9]{4})${TIME}$`)
const MONTHS = /^(jan|feb|m[aä]r|mrz|apr|ma[yi]|jun|jul|aug|sep|o[ck]t|nov|de[cz])/i

const timePattern = (parts: readonly (string | undefined)[]): string => {
  const [gap, hour, , second, fraction, space, half, zoneSpace, zone] = parts
  if (hour === undefined) return ''
  return `${gap}${half ? '%I' : '%H'}:%M${second ? ':%S' : ''}${fraction ? '.%f' : ''}${half ? `${space}%p` : ''}${zone ? `${half ? zoneSpace : space}%z` : ''}`
}

/** A way to write a date, once for each order of day and month that its marks allow. */
export interface DateShape {
  dayFirst?: string
  monthFirst?: string
  /** Where the order is clear: names of months, or the year first. */
  clear?: string
}

/** Returns the patterns under which a text may be a date or time, undefined for other text. ISO 8601 needs none. */
export function dateShapeOf(text: string): DateShape | undefined {
  let m = DAY_MONTH_YEAR.exec(text)
  if (m) {
    const [, , mark, , year] = m
    const rest = `${mark}${year!.length === 4 ? '%Y' : '%y'}${timePattern(m.slice(5))}`
    return { dayFirst: `%d${mark}%m${rest}`, monthFirst: `%m${mark}%d${rest}` }
  }
  m = YEAR_MONTH_DAY.exec(text)
  if (m) return { clear: `%Y${m[2]}%m${m[2]}%d${timePattern(m.slice(5))}` }
  m = DAY_NAME_YEAR.exec(text)
  if (m && MONTHS.test(m[4]!)) {
    const weekday = m[1] ? `%a${m[1].includes(',') ? ',' : ''} ` : ''
    return { clear: `${weekday}%d${m[3]}%b${m[5]}${m[6]!.length === 4 ? '%Y' : '%y'}${timePattern(m.slice(7))}` }
  }
  m = NAME_DAY_YEAR.exec(text)
  if (m && MONTHS.test(m[2]!)) {
    const weekday = m[1] ? `%a${m[1].includes(',') ? ',' : ''} ` : ''
    return { clear: `${weekday}%b %d${m[4]}%Y${timePattern(m.slice(6))}` }
  }
  return undefined
}
