import { z } from 'zod'
import { type ColumnRole, type ColumnType, nameAtVersion } from '../contract.ts'

export interface Bin {
  from: number
  to: number
  count: number
}

export interface ColumnProfile {
  name: string
  type: ColumnType
  count: number
  missing: number
  distinct: number
  /** False: estimated from a thinned set of the values. */
  distinctExact: boolean
  min: number | string | null
  max: number | string | null
  mean: number | null
  sd: number | null
  /** Of finite numbers, interpolated like numpy's default. */
  quantiles: Record<string, number>
  /** Counted exactly. Where `distinct` is estimated, a value rarer than one cell in a hundred may be left out. */
  top: { value: string; count: number }[]
  /** Finite numbers; of datetimes in milliseconds since 1970. */
  histogram: Bin[]
  skewness?: number | null
  zeros?: number
  negatives?: number
  /** Cells that are infinite or not a number: left out of every other figure of spread. */
  infinite?: number
  /** Characters of text. */
  lengths?: { min: number; mean: number; max: number }
  /** From row to row, in file order, over all cells; null: neither. */
  monotone?: 'increasing' | 'decreasing' | null
  /** Sentences, those that matter most first. */
  warnings: string[]
}

export const WARNING_KINDS = [
  'constant',
  'mostly-missing',
  'missing',
  'infinite',
  'dominant',
  'zeros',
  'skewed',
  'outliers',
  'high-cardinality',
  'unique',
  'row-order',
  'blank-words',
  'target-missing',
  'target-constant',
  'imbalance',
  'duplicates',
  'few-rows',
  'same-as',
  'correlated',
] as const
export type WarningKind = (typeof WARNING_KINDS)[number]
export type Severity = 'high' | 'medium' | 'low'

export interface ProfileWarning {
  kind: WarningKind
  severity: Severity
  /** null: about the table. */
  column: string | null
  /** The second column of a pair. */
  other?: string
  sentence: string
}

export interface Profile {
  v: 1
  rows: number
  duplicateRows: number
  columns: ColumnProfile[]
  /** Ranked: what matters most first. */
  warnings: ProfileWarning[]
}

/** Rows that correlations are counted on at most. */
export const EXACT_RELATION_ROWS = 100_000
/** Columns that pairs are counted for at most: those that tell most about the target. */
export const PAIRED_COLUMNS = 100

export type TargetMeasure = 'pearson' | 'correlation-ratio' | 'cramers-v'
export interface TargetRelation {
  column: string
  /** pearson between numbers, the correlation ratio η² between a number and groups, Cramér's V between groups. */
  measure: TargetMeasure
  /** Pearson −1 to 1; the others 0 to 1. */
  value: number | null
  /** Between numbers. */
  spearman: number | null
  /** Of the two, in nats; numbers in ten groups of equal counts. */
  mutualInformation: number | null
  /** Of the numbers: which way the target goes when the column rises. */
  direction: 'up' | 'down' | null
  /** Rows that have both. */
  rows: number
}

export interface Relations {
  v: 1
  target: string | null
  rows: number
  /** Rows that were counted: all, or a seeded sample. */
  sampledRows: number
  exact: boolean
  seed: number | null
  /** Columns of pairs, numbers and groups; `leftOut` says how many more there are. */
  numbers: string[]
  groups: string[]
  leftOut: number
  /** Upper triangles, row by row without the diagonal; null where there are fewer than three common rows or no spread. */
  pearson: (number | null)[]
  spearman: (number | null)[]
  /** Bias-corrected (Bergsma 2013). */
  cramersV: (number | null)[]
  targetRelations: TargetRelation[]
  warnings: ProfileWarning[]
}

/** `fleximl data profile`: the counts are absent until the profile is there. */
export interface ProfileAnswer {
  dataset: string
  version: number
  state: string
  reason: string | null
  rows: number
  duplicateRows: number | null
  columns: ColumnProfile[]
  warnings: ProfileWarning[]
  relationsState: string | null
  relationsReason: string | null
  correlations: Relations | null
}

/** Of one column, what a table of columns shows; the rest comes when it is opened. */
export interface ColumnSummary {
  name: string
  type: ColumnType
  role: ColumnRole
  missing: number
  distinct: number
  distinctExact: boolean
  min: number | string | null
  max: number | string | null
  mean: number | null
  sd: number | null
  median: number | null
  /** Heights of a small histogram, or of the commonest values, 0 to 9 each. */
  bars: string
  barsOf: 'histogram' | 'values'
  warnings: number
}

export interface ProfileSummary {
  dataset: string
  version: number
  state: string
  reason: string | null
  rows: number
  duplicateRows: number | null
  columns: ColumnSummary[]
  warnings: ProfileWarning[]
  warningCount: number
  relationsState: string | null
  relationsReason: string | null
  relations: Relations | null
  /** The target has changed since its relations were counted. */
  relationsStale: boolean
}

export const profileInput = z.object({ dataset: nameAtVersion })
export const columnInput = z.object({ dataset: nameAtVersion, column: z.string().max(500) })

const finite = z.number()
export const histogramInput = z.object({
  dataset: nameAtVersion,
  column: z.string().max(500),
  from: finite,
  to: finite,
})
export type HistogramInput = z.infer<typeof histogramInput>

/** One condition on one column; several hold together. Values are bound, never pasted into SQL. */
export const rowFilter = z.discriminatedUnion('is', [
  z.object({
    is: z.literal('equal'),
    column: z.string().max(500),
    value: z.union([z.string().max(10_000), z.number(), z.boolean()]),
  }),
  z.object({ is: z.literal('contains'), column: z.string().max(500), text: z.string().min(1).max(500) }),
  z.object({
    is: z.literal('between'),
    column: z.string().max(500),
    /** Datetimes in milliseconds since 1970. */
    from: z.number().optional(),
    to: z.number().optional(),
    /** Of the last bin of a histogram, whose end belongs to it. */
    withEnd: z.boolean().optional(),
  }),
  z.object({ is: z.literal('missing'), column: z.string().max(500) }),
  z.object({ is: z.literal('present'), column: z.string().max(500) }),
])
export type RowFilter = z.infer<typeof rowFilter>

/** A page of rows is small: cells of wide tables come by blocks of columns. */
export const BROWSE_COLUMNS = 100
export const BROWSE_ROWS = 200
export const browseInput = z.object({
  dataset: nameAtVersion,
  offset: z.int().min(0).max(1e12).default(0),
  rows: z.int().min(1).max(BROWSE_ROWS).default(100),
  firstColumn: z.int().min(0).max(10_000).default(0),
  filters: z.array(rowFilter).max(20).default([]),
  sort: z.object({ column: z.string().max(500), down: z.boolean() }).optional(),
})
export type BrowseInput = z.input<typeof browseInput>

export type BrowseCell = string | number | boolean | null
export interface BrowsePage {
  dataset: string
  version: number
  /** Rows and columns of the whole version. */
  rows: number
  columnCount: number
  /** Rows that the filters leave. */
  matching: number
  offset: number
  firstColumn: number
  columns: { name: string; type: ColumnType; role: ColumnRole }[]
  /** Place of each row in the file, from 0. */
  places: number[]
  cells: BrowseCell[][]
}

/** Where the pair of two names stands in an upper triangle without its diagonal. */
export const pairAt = (i: number, j: number, n: number): number => {
  const [a, b] = i < j ? [i, j] : [j, i]
  return a * n - (a * (a + 1)) / 2 + (b - a - 1)
}
