import { z } from 'zod'
import type {
  ColumnStatistics,
  Profile,
  ProfileWarning,
  Relations,
  Severity,
  WarningCode,
} from '#tables/profile/contract.ts'
import { type BrowseCell, rowFilter } from '#tables/query/contract.ts'
import { type ColumnRole, type ColumnType, nameAtVersion } from '../contract.ts'
import { BROWSE_ROWS } from './limits/contract.ts'

export type {
  Bin,
  Severity,
  TargetMeasure,
  TargetRelation,
} from '#tables/profile/contract.ts'
export type { BrowseCell, RowFilter } from '#tables/query/contract.ts'
export * from './limits/contract.ts'

/** As stored: warnings from before codes and facts have only their text. */
export type StoredWarning = ProfileWarning | (Omit<ProfileWarning, 'facts'> & { facts?: undefined; legacyText: string })
export type StoredProfile = Omit<Profile, 'warnings'> & { warnings: StoredWarning[] }
export type StoredRelations = Omit<Relations, 'warnings'> & { warnings: StoredWarning[] }

export interface ShownWarning {
  kind: WarningCode
  facts?: ProfileWarning['facts']
  severity: Severity
  /** null: about the table. */
  column: string | null
  /** The second column of a pair. */
  other?: string
  sentence: string
}
export interface ColumnProfile extends ColumnStatistics {
  /** Sentences, most severe first. */
  warnings: string[]
}
export type ShownRelations = Omit<Relations, 'warnings'> & { warnings: ShownWarning[] }

/** Response of `fleximl data profile`: the counts are absent until the profile exists. */
export interface ProfileAnswer {
  dataset: string
  version: number
  state: string
  reason: string | null
  rows: number
  duplicateRows: number | null
  columns: ColumnProfile[]
  warnings: ShownWarning[]
  relationsState: string | null
  relationsReason: string | null
  correlations: ShownRelations | null
}

/** One column in the table of columns; the rest is loaded when it is opened. */
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
  /** Heights of a small histogram, or of the most frequent values, 0 to 9 each. */
  bars: string
  barsOf: 'histogram' | 'values'
  /** The most frequent value and its share of the present cells; null for columns with a range. */
  top: { value: string; share: number } | null
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
  warnings: ShownWarning[]
  warningCount: number
  relationsState: string | null
  relationsReason: string | null
  relations: ShownRelations | null
  /** The target has changed since its relations were computed. */
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

/** A page has few rows; cells of wide tables are loaded by blocks of columns. */
export const browseInput = z.object({
  dataset: nameAtVersion,
  offset: z.int().min(0).max(1e12).default(0),
  rows: z.int().min(1).max(BROWSE_ROWS).default(100),
  firstColumn: z.int().min(0).max(10_000).default(0),
  filters: z.array(rowFilter).max(20).default([]),
  sort: z.object({ column: z.string().max(500), down: z.boolean() }).optional(),
})
export type BrowseInput = z.input<typeof browseInput>

export interface BrowsePage {
  dataset: string
  version: number
  /** Rows and columns of the whole version. */
  rows: number
  columnCount: number
  /** Rows that match the filters. */
  matching: number
  offset: number
  firstColumn: number
  columns: { name: string; type: ColumnType; role: ColumnRole }[]
  /** Position of each row in the file, from 0. */
  places: number[]
  cells: BrowseCell[][]
}
