import type { Coded, ColumnType } from '../contract.ts'

export interface Bin {
  from: number
  to: number
  count: number
}

export interface ColumnStatistics {
  name: string
  type: ColumnType
  count: number
  missing: number
  distinct: number
  /** False: estimated from a sample of the distinct values. */
  distinctExact: boolean
  min: number | string | null
  max: number | string | null
  mean: number | null
  sd: number | null
  /** Quantiles of the finite numbers, interpolated like numpy's default. */
  quantiles: Record<string, number>
  /** Counted exactly. Where `distinct` is estimated, values rarer than 1 % may be missing. */
  top: { value: string; count: number }[]
  /** Finite numbers; datetimes in milliseconds since 1970. */
  histogram: Bin[]
  skewness?: number | null
  zeros?: number
  negatives?: number
  /** Infinite or NaN cells, excluded from all other statistics. */
  infinite?: number
  /** Length of text in characters. */
  lengths?: { min: number; mean: number; max: number }
  /** Order of all cells in file order; null: unordered. */
  monotone?: 'increasing' | 'decreasing' | null
}

export type Severity = 'high' | 'medium' | 'low'

interface Missing {
  missing: number
  rows: number
}
interface PairStrength {
  measure: 'pearson' | 'spearman' | 'cramers-v'
  value: number
}
export interface WarningFacts {
  /** null: every cell is missing. */
  constant: { value: string | number | null }
  'mostly-missing': Missing
  missing: Missing
  infinite: { cells: number }
  dominant: { value: string; count: number; cells: number }
  zeros: { zeros: number; cells: number }
  skewed: { skewness: number; mean: number; median: number }
  outliers: { extreme: number; lowerQuartile: number; upperQuartile: number }
  'high-cardinality': { distinct: number; exact: boolean; cells: number }
  /** `integer`: a different integer in every row; `monotone`: in row order. */
  unique: { distinct: number; exact: boolean; cells: number; integer: boolean; monotone: boolean }
  'row-order': { direction: 'increasing' | 'decreasing' }
  'blank-words': { value: string; cells: number }
  'target-missing': Missing
  'target-constant': { value: string | number | null }
  imbalance: { value: string; count: number; cells: number }
  duplicates: { duplicates: number; rows: number }
  'few-rows': { rows: number }
  'same-as': PairStrength
  correlated: PairStrength
}
export type WarningCode = keyof WarningFacts

export type ProfileWarning = {
  severity: Severity
  /** null: about the table. */
  column: string | null
  /** The second column of a pair. */
  other?: string
} & Coded<WarningFacts>

export interface Profile {
  v: 1
  rows: number
  duplicateRows: number
  columns: ColumnStatistics[]
  /** Most severe first. */
  warnings: ProfileWarning[]
}

/** Maximum number of rows used for correlations. */
export const EXACT_RELATION_ROWS = 100_000
/** Maximum number of columns used for pairs: those with the strongest association with the target. */
export const PAIRED_COLUMNS = 100

export type TargetMeasure = 'pearson' | 'correlation-ratio' | 'cramers-v'
export interface TargetRelation {
  column: string
  /** pearson between numbers, correlation ratio η² between a number and a category, Cramér's V between categories. */
  measure: TargetMeasure
  /** Pearson −1 to 1; the others 0 to 1. */
  value: number | null
  /** Between numbers. */
  spearman: number | null
  /** Mutual information in nats; numbers in ten bins of equal counts. */
  mutualInformation: number | null
  /** For numbers: the sign of the relation with the target. */
  direction: 'up' | 'down' | null
  /** Rows with both values. */
  rows: number
}

export interface Relations {
  v: 1
  target: string | null
  rows: number
  /** Rows used: all, or a seeded sample. */
  sampledRows: number
  exact: boolean
  seed: number | null
  /** Columns of pairs, numbers and categories; `leftOut` counts the rest. */
  numbers: string[]
  groups: string[]
  leftOut: number
  /** Upper triangles, row by row without the diagonal; null where there are fewer than three common rows or no variance. */
  pearson: (number | null)[]
  spearman: (number | null)[]
  /** Bias-corrected (Bergsma 2013). */
  cramersV: (number | null)[]
  targetRelations: TargetRelation[]
  warnings: ProfileWarning[]
}

/** Returns the index of a pair of names in an upper triangle without its diagonal. */
export const pairAt = (i: number, j: number, n: number): number => {
  const [a, b] = i < j ? [i, j] : [j, i]
  return a * n - (a * (a + 1)) / 2 + (b - a - 1)
}
