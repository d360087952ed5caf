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
