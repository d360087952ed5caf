import { z } from 'zod'
import { resourceNameSchema } from '#server/access/contract.ts'

export const COLUMN_TYPES = ['number', 'integer', 'category', 'boolean', 'datetime', 'text', 'id', 'constant'] as const
export const COLUMN_ROLES = ['feature', 'target', 'time', 'id', 'group', 'weight', 'ignore'] as const
export type ColumnType = (typeof COLUMN_TYPES)[number]
/** What is in the Parquet column, whatever it means. */
export type StoredType = 'number' | 'integer' | 'boolean' | 'datetime' | 'words'
export type ColumnRole = (typeof COLUMN_ROLES)[number]

/** A column as inferred, or as a person decided. */
export interface VersionColumn {
  name: string
  type: ColumnType
  role: ColumnRole
  /** Cells without a value. */
  missing: number
  distinct: number
  nullable: boolean
  /** Category: the levels; number: the range; boolean: [false word, true word]. */
  domain?: string[] | { min: number; max: number }
  /** How the bytes hold it; decides which types a person may choose. Absent: as `type` says. */
  stored?: StoredType
  /** How datetimes were written: with an offset (an instant) or without (wall clock, never shifted). */
  clock?: 'instant' | 'wall-clock'
  /** Why this type and role. */
  reason: string
}

export interface ColumnProfile {
  name: string
  type: ColumnType
  count: number
  missing: number
  distinct: number
  /** False: estimated by DuckDB's HyperLogLog. */
  distinctExact: boolean
  min: number | string | null
  max: number | string | null
  mean: number | null
  sd: number | null
  quantiles: Record<string, number>
  top: { value: string; count: number }[]
  histogram: { from: number; to: number; count: number }[]
  warnings: string[]
}

export interface Profile {
  v: 1
  rows: number
  duplicateRows: number
  columns: ColumnProfile[]
}

/** Which types can be read from what is stored without losing cells. `constant` stays what it is until another value comes. */
export const READABLE_AS: Record<StoredType, readonly ColumnType[]> = {
  number: ['number', 'category', 'id', 'constant'],
  integer: ['integer', 'number', 'category', 'id', 'constant'],
  boolean: ['boolean', 'category', 'constant'],
  datetime: ['datetime', 'category', 'id', 'constant'],
  words: ['category', 'text', 'id', 'constant'],
}

const STORED_AS: Record<ColumnType, StoredType> = {
  number: 'number',
  integer: 'integer',
  boolean: 'boolean',
  datetime: 'datetime',
  category: 'words',
  text: 'words',
  id: 'words',
  constant: 'words',
}

/** The types a person may give a column. */
export const typesFor = (column: Pick<VersionColumn, 'type' | 'stored'>): readonly ColumnType[] =>
  READABLE_AS[column.stored ?? STORED_AS[column.type]]

export const nameAtVersion = z
  .string()
  .max(120)
  .regex(/^[^@]+(@\d{1,9})?$/, 'a name, or name@version')
export const addDatasetInput = z.object({
  name: resourceNameSchema,
  fileName: z.string().min(1).max(300),
  /** SHA-256 that the upload answered with. */
  digest: z.string().regex(/^[0-9a-f]{64}$/),
  target: z.string().max(500).optional(),
  time: z.string().max(500).optional(),
})
export type AddDatasetInput = z.infer<typeof addDatasetInput>

export const reviewInput = z.object({
  dataset: nameAtVersion,
  columns: z
    .array(
      z.object({
        name: z.string().max(500),
        type: z.enum(COLUMN_TYPES).optional(),
        role: z.enum(COLUMN_ROLES).optional(),
      }),
    )
    .min(1)
    .max(10_000),
})
export type ReviewInput = z.infer<typeof reviewInput>

/** A page of a preview is small: cells of wide tables come by blocks of columns. */
export const PREVIEW_COLUMNS = 100
export const previewInput = z.object({
  dataset: nameAtVersion,
  offset: z.int().min(0).max(1e12).default(0),
  rows: z.int().min(1).max(200).default(50),
  firstColumn: z.int().min(0).max(10_000).default(0),
})
export type PreviewInput = z.input<typeof previewInput>

export type PreviewCell = string | number | boolean | null
export interface Preview {
  dataset: string
  version: number
  /** Rows and columns of the whole version. */
  rows: number
  columnCount: number
  offset: number
  firstColumn: number
  columns: { name: string; type: ColumnType; role: ColumnRole }[]
  cells: PreviewCell[][]
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
}

/** Files above this are refused at upload. */
export const MAX_UPLOAD_BYTES = 10 * 2 ** 30

export interface DatasetSummary {
  dataset: string
  version: number
  rows: number
  columns: number
  digest: string
  bytes: number
  warnings: string[]
  createdAt: string
  profileState: string
}
