import { z } from 'zod'
import type { ColumnFormat } from '#ml/cells/column-format.ts'
import { datetimePattern } from '#ml/cells/read-datetime.ts'

const isPattern = (pattern: string): boolean => {
  try {
    return datetimePattern(pattern).fields.length > 0
  } catch {
    return false
  }
}

const numberFormat = z
  .object({
    decimal: z.enum(['.', ',']),
    group: z.enum(['.', ',', "'", ' ', '_']).optional(),
    unit: z
      .object({
        text: z
          .string()
          .trim()
          .min(1)
          .max(20)
          .regex(/^[^\d\s()+−-][^()]*$/u, 'a unit begins with a letter or a sign such as €'),
        at: z.enum(['before', 'after']),
      })
      .refine(u => u.at === 'after' || !/\d/.test(u.text), 'a unit in front has no digits')
      .optional(),
    percent: z.enum(['keep', 'divide']).optional(),
    brackets: z.literal(true).optional(),
    trailingMinus: z.literal(true).optional(),
    dash: z.literal(true).optional(),
  })
  .refine(f => f.group !== f.decimal, 'decimals and groups need different marks')

const datetimeFormat = z.object({
  patterns: z
    .array(z.string().min(2).max(60).refine(isPattern, 'a pattern such as %d/%m/%Y %H:%M'))
    .min(1)
    .max(8)
    .optional(),
  epoch: z.enum(['s', 'ms']).optional(),
})

/** How the cells of a column are written, as a user decides it. */
export const columnFormat = z.object({
  missing: z.array(z.string().max(200)).max(100).optional(),
  number: numberFormat.optional(),
  datetime: datetimeFormat.optional(),
  code: z.literal(true).optional(),
  json: z.literal(true).optional(),
}) satisfies z.ZodType<ColumnFormat>

/** What was done to the cells of a column when its files were read. Absent parts: none. */
export interface CellCounts {
  /** White space at the ends was removed. */
  trimmed?: number
  /** Texts read as missing, the most frequent first. */
  missing?: { text: string; cells: number }[]
  /** Cells that could not be read as the column's type and are missing. */
  failed?: { cells: number; examples: string[] }
  /** Cells whose text was turned into another value: 1.299,99 → 1299.99. */
  converted?: number
}

/** A reading that fits most cells of a column of text: offered as a decision. */
export interface Conversion {
  type: 'number' | 'integer' | 'datetime'
  format: ColumnFormat
  /** Cells that would be missing then. */
  cells: number
  texts: string[]
}

const GROUP_WORDS: Record<string, NonNullable<z.infer<typeof numberFormat>['group']>> = {
  space: ' ',
  point: '.',
  comma: ',',
  apostrophe: "'",
  underscore: '_',
}
const quoted = (value: string) => (/[\s"]/.test(value) || value === '' ? JSON.stringify(value) : value)

/** Writes a format as words, such as `decimal=, group=. unit=€ missing=tbd`; `parseFormat` reads them. */
export function printFormat(format: ColumnFormat): string {
  const { number, datetime, missing, code, json } = format
  const parts: string[] = []
  if (number) {
    parts.push(`decimal=${number.decimal}`)
    if (number.group) parts.push(`group=${number.group === ' ' ? 'space' : number.group}`)
    if (number.unit) parts.push(`${number.unit.at === 'before' ? 'unit-before' : 'unit'}=${quoted(number.unit.text)}`)
    if (number.percent) parts.push(`percent=${number.percent}`)
    if (number.brackets) parts.push('brackets')
    if (number.trailingMinus) parts.push('trailing-minus')
    if (number.dash) parts.push('dash')
  }
  for (const pattern of datetime?.patterns ?? []) parts.push(`pattern=${quoted(pattern)}`)
  if (datetime?.epoch) parts.push(`epoch=${datetime.epoch}`)
  for (const text of missing ?? []) parts.push(`missing=${quoted(text)}`)
  if (code) parts.push('code')
  if (json) parts.push('json')
  return parts.join(' ')
}

/** Reads what `printFormat` writes. Throws an Error that names what is wrong. */
export function parseFormat(text: string): ColumnFormat {
  const number: Record<string, unknown> = {}
  const datetime: { patterns?: string[]; epoch?: string } = {}
  const format: Record<string, unknown> = {}
  const missing: string[] = []
  for (const [, key = '', json, plain] of text.matchAll(/([a-z-]+)(?:=(?:("(?:[^"\\]|\\.)*")|(\S*)))?/g)) {
    const value = json === undefined ? plain : (JSON.parse(json) as string)
    if (key === 'decimal') number.decimal = GROUP_WORDS[value ?? ''] ?? value
    else if (key === 'group') number.group = GROUP_WORDS[value ?? ''] ?? value
    else if (key === 'unit' || key === 'unit-before')
      number.unit = { text: value, at: key === 'unit' ? 'after' : 'before' }
    else if (key === 'percent') number.percent = value ?? 'keep'
    else if (key === 'brackets' || key === 'dash') number[key] = true
    else if (key === 'trailing-minus') number.trailingMinus = true
    else if (key === 'pattern') datetime.patterns = [...(datetime.patterns ?? []), value ?? '']
    else if (key === 'epoch') datetime.epoch = value
    else if (key === 'missing') missing.push(value ?? '')
    else if (key === 'code' || key === 'json') format[key] = true
    else throw new Error(`“${key}” is no part of a format. Parts: ${FORMAT_PARTS}.`)
  }
  const parsed = columnFormat.safeParse({
    ...format,
    ...(Object.keys(number).length > 0 ? { number: { decimal: '.', ...number } } : {}),
    ...(Object.keys(datetime).length > 0 ? { datetime } : {}),
    ...(missing.length > 0 ? { missing } : {}),
  })
  if (parsed.success) return parsed.data
  const issue = parsed.error.issues[0]!
  throw new Error(`The format is not valid: ${issue.path.join('.')}: ${issue.message}.`)
}

export const FORMAT_PARTS =
  'decimal=, group=. unit=€ unit-before=$ percent=keep|divide brackets trailing-minus dash pattern="%d/%m/%Y %H:%M" epoch=s|ms missing=TEXT code'
