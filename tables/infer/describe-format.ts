import type { ColumnFormat } from '#ml/cells/column-format.ts'

const MARKS: Record<string, string> = {
  '.': 'points',
  ',': 'commas',
  "'": 'apostrophes',
  ' ': 'spaces',
  _: 'underscores',
}

/** Describes how cells are written, in a few words; undefined for the usual way. */
export function describeFormat(format: ColumnFormat | undefined): string | undefined {
  if (!format) return undefined
  const { number, datetime, code, json } = format
  if (code) return 'digits kept as text'
  if (json) return 'JSON'
  if (datetime?.epoch) return datetime.epoch === 's' ? 'seconds since 1970' : 'milliseconds since 1970'
  if (datetime?.patterns) return `written as ${datetime.patterns.slice(0, 2).join(' or ')}`
  if (!number) return undefined
  const parts = [
    number.decimal === ',' ? 'decimal comma' : undefined,
    number.group ? `${MARKS[number.group]} between thousands` : undefined,
    number.unit ? `unit ${number.unit.text}` : undefined,
    number.percent ? (number.percent === 'divide' ? 'percent ÷ 100' : 'percent') : undefined,
    number.brackets ? 'brackets for negative numbers' : undefined,
    number.trailingMinus ? 'minus at the end' : undefined,
  ].filter(p => p !== undefined)
  return parts.length > 0 ? parts.join(', ') : undefined
}
