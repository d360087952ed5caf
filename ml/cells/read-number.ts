import { type NumberFormat, PLAIN_NUMBER } from './column-format.ts'

const SPACES_CLASS = '[ \u00a0\u2007\u2009\u202f]'
const GROUPS: Record<NonNullable<NumberFormat['group']>, string> = {
  '.': '\\.',
  ',': ',',
  "'": "['’]",
  ' ': SPACES_CLASS,
  _: '_',
}
const PLAIN_BODY = '(?:[0-9]+\\.?[0-9]*|\\.[0-9]+)(?:[eE][+-]?[0-9]+)?'
const INFINITE = /^[+-]?inf(?:inity)?$/i

/**
 * How a number is found in a trimmed text: `shape` matches the whole text, `strip` finds a unit before the digits, `body` the
 * digits, `group` the marks to remove. Sources of
 * regular expressions that mean the same in JavaScript and RE2, so that files and single cells are read alike; case is ignored.
 */
export type NumberPattern = { shape: string; strip?: string; body: string; group?: string }

/** Returns whether numbers are written as programs write them. */
export const isPlainNumber = (format: NumberFormat | undefined): boolean =>
  format === undefined || (format.decimal === '.' && Object.values(format).filter(v => v !== undefined).length === 1)

const escapePattern = (text: string) => text.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&')

export function numberPattern(format: NumberFormat = PLAIN_NUMBER): NumberPattern {
  if (isPlainNumber(format)) return { shape: `^[+-]?${PLAIN_BODY}$`, body: PLAIN_BODY }
  const { decimal, group, unit, percent, brackets, trailingMinus, dash } = format
  const g = group && GROUPS[group]
  // A first group of zero would be a decimal: 0.123 is never 123.
  const whole = g ? `(?:[1-9][0-9]{0,2}(?:${g}[0-9]{3})+|[1-9][0-9]?(?:${g}[0-9]{2})+${g}[0-9]{3}|[0-9]+)` : '[0-9]+'
  const point = escapePattern(decimal)
  const fraction = dash ? `(?:[-–—]{1,2}|[0-9]*)` : '[0-9]*'
  const body = `(?:${whole}(?:${point}${fraction})?|${point}[0-9]+)(?:[eE][+-]?[0-9]+)?`
  const sp = `${SPACES_CLASS}*`
  const before = unit?.at === 'before' ? `(?:${escapePattern(unit.text)}${sp})?` : ''
  const after = `${sp}${percent ? `%?${sp}` : ''}${unit?.at === 'after' ? `(?:${escapePattern(unit.text)})?` : ''}`
  const alternatives = [`(?:[-+−]${sp})?${before}${body}${after}`]
  if (before) alternatives.push(`${before}[-+−]${sp}${body}${after}`)
  if (trailingMinus) alternatives.push(`${before}${body}${sp}[-−]${after}`)
  if (brackets) alternatives.push(`\\(${sp}${before}${body}${after}${sp}\\)`)
  if (brackets && before) alternatives.push(`${before}\\(${sp}${body}${after}${sp}\\)`)
  return {
    shape: `^(?:${alternatives.join('|')})$`,
    strip: before ? escapePattern(unit!.text) : undefined,
    body,
    group: g,
  }
}

/**
 * Compiles a reader of trimmed text. The reader returns NaN for text that is not a number under the format, ±Infinity for an infinite or
 * too large one.
 */
export function compileNumberReader(format: NumberFormat = PLAIN_NUMBER): (text: string) => number {
  const pattern = numberPattern(format)
  const shape = new RegExp(pattern.shape, 'i')
  if (isPlainNumber(format)) return text => (shape.test(text) ? Number(text) : readInfinite(text))
  const body = new RegExp(pattern.body, 'i')
  const strip = pattern.strip === undefined ? undefined : new RegExp(pattern.strip, 'i')
  const grouping = pattern.group ? new RegExp(pattern.group, 'g') : undefined
  const { decimal, percent, trailingMinus } = format
  return cell => {
    if (!shape.test(cell)) return readInfinite(cell)
    const text = strip ? cell.replace(strip, '') : cell
    const found = body.exec(text)!
    const lead = text.slice(0, found.index)
    const rest = text.slice(found.index + found[0].length)
    const negative = /[-−(]/.test(lead) || (trailingMinus === true && /^[ \u00a0\u2007\u2009\u202f]*[-−]/.test(rest))
    let digits = found[0].replace(/[-–—]{1,2}$/, '')
    if (grouping) digits = digits.replace(grouping, '')
    if (decimal === ',') digits = digits.replace(',', '.')
    // Divided as text: 0.35 and not 35 / 100 with its rounding. A cell without the sign is read as it is.
    const value = Number(percent === 'divide' && rest.includes('%') ? shiftByHundred(digits) : digits)
    return negative ? -value : value
  }
}

const shiftByHundred = (digits: string): string => (/e/i.test(digits) ? String(Number(digits) / 100) : `${digits}e-2`)

const readInfinite = (text: string): number =>
  INFINITE.test(text) ? (text.startsWith('-') ? -Infinity : Infinity) : Number.NaN

/** Writes a number under a format; the reader gives it back. */
export function formatNumber(value: number, format: NumberFormat = PLAIN_NUMBER): string {
  const { decimal, group, unit, percent, brackets, trailingMinus } = format
  const size = Math.abs(value)
  // 15 digits survive the multiplication of a percentage.
  const digits = String(percent === 'divide' ? Number((size * 100).toPrecision(15)) : size)
  const [whole = '', fraction] = digits.split('.')
  const grouped = group && !/e/i.test(digits) ? whole.replace(/\B(?=(\d{3})+$)/g, group) : whole
  let text = fraction === undefined ? grouped : `${grouped}${decimal}${fraction}`
  if (percent) text = `${text}%`
  if (unit) text = unit.at === 'before' ? `${unit.text}${text}` : `${text} ${unit.text}`
  if (!(value < 0)) return text
  return brackets ? `(${text})` : trailingMinus && !unit && !percent ? `${text}-` : `-${text}`
}
