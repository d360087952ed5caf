import { type NumberFormat, PLAIN_NUMBER } from './column-format.ts'

const PLAIN = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/
const INFINITE = /^[+-]?inf(?:inity)?$/i
const SPACES = /[ \u00a0\u2007\u2009\u202f]/
const SPACES_CLASS = '[ \\u00a0\\u2007\\u2009\\u202f]'
const GROUPS: Record<NonNullable<NumberFormat['group']>, string> = {
  '.': '\\.',
  ',': ',',
  "'": "['’]",
  ' ': SPACES_CLASS,
  _: '_',
}

/**
 * Compiles a reader of trimmed text. The reader returns NaN for text that is not a number under the format, ±Infinity for an infinite or
 * too large one.
 */
export function compileNumberReader(format: NumberFormat = PLAIN_NUMBER): (text: string) => number {
  const plain = Object.keys(format).length === 1 && format.decimal === '.'
  if (plain) return readPlain
  const { decimal, group, unit, percent, brackets, trailingMinus } = format
  const g = group && GROUPS[group]
  const whole = g ? `(?:\\d{1,3}(?:${g}\\d{3})+|\\d{1,2}(?:${g}\\d{2})+${g}\\d{3}|\\d+)` : '\\d+'
  const point = decimal === '.' ? '\\.' : ','
  const shape = new RegExp(`^(?:${whole}(?:${point}\\d*)?|${point}\\d+)(?:[eE][+-]?\\d+)?$`)
  const grouping = g ? new RegExp(g, 'g') : undefined
  const unitText = unit?.text.toLowerCase()
  return text => {
    let rest = text
    let negative = false
    let divided = false
    if (brackets && rest.startsWith('(') && rest.endsWith(')')) {
      negative = true
      rest = trimSpaces(rest.slice(1, -1))
    }
    const takeSign = () => {
      const first = rest[0]
      if (first !== '-' && first !== '+' && first !== '−') return
      if (first !== '+') negative = !negative
      rest = trimSpaces(rest.slice(1))
    }
    takeSign()
    if (unit && unitText) {
      const lower = rest.toLowerCase()
      if (unit.at === 'before' && lower.startsWith(unitText)) {
        rest = trimSpaces(rest.slice(unitText.length))
        // `$-5` as well as `-$5`, but one sign only.
        if (!/^[+−-]/.test(text)) takeSign()
      } else if (unit.at === 'after' && lower.endsWith(unitText)) rest = trimSpaces(rest.slice(0, -unitText.length))
    }
    if (percent && rest.endsWith('%')) {
      divided = percent === 'divide'
      rest = trimSpaces(rest.slice(0, -1))
    }
    if (trailingMinus && (rest.endsWith('-') || rest.endsWith('−')) && !negative) {
      negative = true
      rest = trimSpaces(rest.slice(0, -1))
    }
    if (!shape.test(rest)) return INFINITE.test(rest) ? (negative ? -Infinity : Infinity) : Number.NaN
    if (grouping) rest = rest.replace(grouping, '')
    if (decimal === ',') rest = rest.replace(',', '.')
    // Divided as text: 0.35 and not 35 / 100 with its rounding.
    const value = Number(divided ? shiftByHundred(rest) : rest)
    return negative ? -value : value
  }
}

const shiftByHundred = (digits: string): string => (/[eE]/.test(digits) ? String(Number(digits) / 100) : `${digits}e-2`)

const trimSpaces = (text: string): string => {
  let [from, to] = [0, text.length]
  while (from < to && SPACES.test(text[from]!)) from++
  while (to > from && SPACES.test(text[to - 1]!)) to--
  return text.slice(from, to)
}

const readPlain = (text: string): number =>
  PLAIN.test(text) ? Number(text) : INFINITE.test(text) ? (text.startsWith('-') ? -Infinity : Infinity) : Number.NaN

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
