import { z } from 'zod'
import { nameAtVersion } from '../contract.ts'

/** Maximum length of a custom predicate or pattern. */
const MAX_PREDICATE = 2000
const MAX_PATTERN = 500
/** Maximum number of offending rows stored with a result. */
export const MAX_OFFENDING = 20

const share = z
  .number()
  .min(0)
  .max(1)
  .meta({ title: 'Minimum share', description: 'Share of rows that must pass, 0 to 1', step: 0.01 })
  .default(1)
const least = z.number().nullish().meta({ title: 'At least' })
const most = z.number().nullish().meta({ title: 'At most' })
const column = z.string().min(1).max(500)
/** A number, or an ISO 8601 date. */
const bound = z.union([z.number(), z.string().trim().min(1).max(40)]).nullish()
const range = { min: least, max: most }

const STORED = ['number', 'integer', 'boolean', 'datetime', 'words'] as const
const COMPARISONS = ['<', '<=', '=', '!=', '>=', '>'] as const

const ofTable = <T extends string, P extends z.ZodRawShape>(type: T, parameters: P) =>
  z.object({ type: z.literal(type), column: z.null().default(null), parameters: z.object(parameters) })
const ofColumn = <T extends string, P extends z.ZodRawShape>(type: T, parameters: P) =>
  z.object({
    type: z.literal(type),
    column: column.meta({ title: 'Column', input: 'column' }),
    parameters: z.object(parameters),
  })

/** One entry per type; form, input validation and SQL derive from it. */
export const checkSchema = z.discriminatedUnion('type', [
  ofTable('schema', {
    columns: z
      .array(z.object({ name: column, type: z.enum(STORED).optional().meta({ placeholder: 'Any type' }) }))
      .min(1)
      .max(10_000)
      .meta({ title: 'Column', description: 'Columns that must exist, with their types.' }),
    exact: z.boolean().default(false).meta({ title: 'No other columns' }),
  }),
  ofTable('row-count', range),
  ofColumn('not-null', { share }),
  ofColumn('unique', {
    with: z
      .array(column)
      .max(20)
      .default([])
      .meta({ title: 'Together with', description: 'Columns that form a key with it', input: 'columns' }),
  }),
  ofColumn('in-set', {
    values: z
      .array(z.string().max(500))
      .min(1)
      .max(2000)
      .meta({ title: 'Values', description: 'Press Enter after each value.' }),
    share,
  }),
  ofColumn('between', {
    min: bound.meta({ title: 'At least', description: 'A number or an ISO 8601 date' }),
    max: bound.meta({ title: 'At most', description: 'A number or an ISO 8601 date' }),
    share,
  }),
  ofColumn('regex', {
    pattern: z.string().min(1).max(MAX_PATTERN).meta({
      title: 'Pattern',
      description: 'RE2 syntax; matches anywhere unless anchored with ^ and $',
      input: 'code',
    }),
    share,
  }),
  ofColumn('length', { ...range, share }),
  ofColumn('quantile-between', {
    quantile: z
      .number()
      .min(0)
      .max(1)
      .default(0.5)
      .meta({ title: 'Quantile', description: '0 to 1; 0.5 is the median', step: 0.05 }),
    ...range,
  }),
  ofColumn('mean-between', range),
  ofColumn('sd-between', range),
  ofColumn('freshness', {
    hours: z.number().positive().max(1e6).meta({
      title: 'Maximum age',
      unit: 'hours',
      description: 'From the newest timestamp to when the version was added',
    }),
  }),
  ofColumn('referential', {
    dataset: nameAtVersion.meta({
      title: 'Dataset',
      description: 'name or name@version; the latest version by default',
    }),
    to: column.meta({ title: 'Column of that dataset' }),
    share,
  }),
  ofColumn('compare', {
    operator: z.enum(COMPARISONS).meta({ title: 'Operator' }),
    other: column.meta({ title: 'Other column', input: 'column' }),
    share,
  }),
  ofTable('sql', {
    predicate: z.string().trim().min(1).max(MAX_PREDICATE).meta({
      title: 'Predicate',
      description: 'SQL expression that is true for every valid row; NULL counts as valid',
      input: 'code',
    }),
    share,
  }),
  ofColumn('drift', {
    against: z
      .int()
      .min(1)
      .meta({ title: 'Reference version', description: 'Version of this dataset to compare with' }),
    test: z
      .enum(['auto', 'ks', 'psi'])
      .default('auto')
      .meta({ title: 'Test', labels: { auto: 'Automatic: KS for numbers, else PSI', ks: 'KS', psi: 'PSI' } }),
    threshold: z
      .number()
      .positive()
      .max(100)
      .nullish()
      .meta({ title: 'Threshold', placeholder: '0.1 for KS, 0.2 for PSI' }),
  }),
])
export type Check = z.infer<typeof checkSchema>
export type CheckType = Check['type']
export type CheckOf<T extends CheckType> = Extract<Check, { type: T }>

export const SEVERITIES = ['block', 'warn'] as const
export type Severity = (typeof SEVERITIES)[number]

const rest = {
  severity: z.enum(SEVERITIES).default('warn'),
  /** Reason for the expectation. */
  reason: z.string().trim().max(500).default(''),
  enabled: z.boolean().default(true),
}
const bounded = (check: Check): boolean => {
  const { min, max } = check.parameters as { min?: unknown; max?: unknown }
  return (
    !('min' in check.parameters || 'max' in check.parameters || RANGED.includes(check.type)) ||
    (min ?? max ?? null) !== null
  )
}
const ordered = (check: Check): boolean => {
  const { min, max } = check.parameters as { min?: unknown; max?: unknown }
  return typeof min !== 'number' || typeof max !== 'number' || min <= max
}
const RANGED: readonly CheckType[] = [
  'row-count',
  'between',
  'length',
  'quantile-between',
  'mean-between',
  'sd-between',
]

export const expectationInput = checkSchema
  .and(z.object({ id: z.uuid().optional(), ...rest }))
  .refine(bounded, 'Enter a lower or an upper bound.')
  .refine(ordered, 'The lower bound is above the upper bound.')
export type ExpectationInput = z.input<typeof expectationInput>
export type Expectation = Check & { id: string; severity: Severity; reason: string; enabled: boolean }
export type Suggestion = Check & { severity: Severity; reason: string; enabled: boolean }
export type NewExpectation = z.output<typeof expectationInput>

export type Verdict = 'pass' | 'warn' | 'fail'

export interface OffendingRow {
  /** Counted from 1. */
  row: number
  cells: { column: string; value: string | null }[]
}

export interface CheckResult {
  expectation: string
  type: CheckType
  column: string | null
  severity: Severity
  passed: boolean
  /** The measured value: a number, a date, or text. */
  observed: number | string | null
  limit: string
  /** Offending rows; null for checks that are not about rows. */
  failingRows: number | null
  /** Rows checked. */
  rows: number
  /** Value, limit and cause in one sentence. */
  sentence: string
  offending: OffendingRow[]
}

export interface ValidationBody {
  v: 1
  /** Number of rows of the version. */
  rows: number
  results: CheckResult[]
}
