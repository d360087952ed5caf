/** How the numbers of a column are written. A cell that does not fit is not a number. */
export type NumberFormat = {
  decimal: '.' | ','
  /** Divides thousands; ` ` stands for every kind of space, `'` also for `’`. */
  group?: '.' | ',' | "'" | ' ' | '_'
  /** Currency sign, code or unit. A cell may lack it. */
  unit?: { text: string; at: 'before' | 'after' }
  /** `%` after the number: `keep` reads `35 %` as 35, `divide` as 0.35. A JSON number is used as it is. */
  percent?: 'keep' | 'divide'
  /** `(5)` is −5, as accountants write. */
  brackets?: true
  /** `5-` is −5. */
  trailingMinus?: true
  /** `5,-` and `5.—` are 5: a dash in place of the decimals. */
  dash?: true
}

/** How the times of a column are written; absent: ISO 8601. */
export type DatetimeFormat = {
  /** `strptime` patterns (`%d/%m/%Y %H:%M`) with one order of day and month; the first that fits is used. */
  patterns?: string[]
  /** Numbers since 1970 in this unit. */
  epoch?: 's' | 'ms'
}

/** How the cells of a column become values: used by every reader, from file to prediction. Absent parts: the defaults. */
export type ColumnFormat = {
  /** Texts read as missing, besides the empty one and, in columns that are not text, `MISSING_WORDS`; compared after trimming. */
  missing?: string[]
  number?: NumberFormat
  datetime?: DatetimeFormat
  /** Digits are kept as text: leading zeros, exponents or more than 15 digits would be lost as numbers. */
  code?: true
  /** Lists and objects are kept as JSON text. */
  json?: true
}

/** Texts that mean "missing" in a column of words. Others may be words: `None`, `-`, `unknown`. */
export const MISSING_IN_TEXT: readonly string[] = [
  '?',
  'NA',
  'N/A',
  'n/a',
  '<NA>',
  '#N/A',
  'NaN',
  'nan',
  'NULL',
  'null',
]

export const PLAIN_NUMBER: NumberFormat = { decimal: '.' }

/** Texts that mean "missing" in a column of numbers, times or booleans, where they cannot be a value. In lower case. */
export const MISSING_WORDS: ReadonlySet<string> = new Set([
  '',
  '?',
  '-',
  '--',
  '—',
  '.',
  '..',
  'na',
  'n/a',
  'n.a.',
  '<na>',
  '#n/a',
  '#na',
  'nan',
  '-nan',
  'nat',
  'null',
  '(null)',
  'nil',
  'none',
  'missing',
  'unknown',
  '(blank)',
  '#div/0!',
  '#value!',
  '#ref!',
  '#num!',
  '#name?',
  '#null!',
  'n.d.',
  'k.a.',
  'not available',
  'not applicable',
])

const EDGES = /^[\s\u00a0\u2007\u202f\ufeff]+|[\s\u00a0\u2007\u202f\ufeff]+$/g

/** The characters that `trimCell` removes, for other languages. */
export const WHITE_SPACE =
  '\t\n\v\f\r \u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u2028\u2029\u202f\u205f\u3000\ufeff'

/** Removes white space on both ends, the no-break kinds included. */
export function trimCell(text: string): string {
  const [first, last] = [text.charCodeAt(0), text.charCodeAt(text.length - 1)]
  return (first > 32 && first < 127 && last > 32 && last < 127) || text === '' ? text : text.replace(EDGES, '')
}
