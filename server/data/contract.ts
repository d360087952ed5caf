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

/** What a person decided about a column: holds for this version and the ones to come, whatever is inferred. Absent fields are open. */
export const columnDecision = z.object({
  name: z.string().min(1).max(500),
  type: z.enum(COLUMN_TYPES).optional(),
  role: z.enum(COLUMN_ROLES).optional(),
  /** false: a version with empty cells breaks the contract. */
  nullable: z.boolean().optional(),
  /** The levels, or the range; a version with others breaks the contract. null: open again. */
  domain: z
    .union([
      z.array(z.string().max(1000)).min(1).max(1000),
      z.object({ min: z.number(), max: z.number() }).refine(d => d.min <= d.max, 'the lowest is above the highest'),
    ])
    .nullable()
    .optional(),
})
export type ColumnDecision = z.infer<typeof columnDecision>

/** Kept with a dataset: later versions are inferred and checked by it. */
export interface DatasetContract {
  v: 1
  columns: ColumnDecision[]
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

/** How the bytes hold a column. */
export const storedAs = (column: Pick<VersionColumn, 'type' | 'stored'>): StoredType =>
  column.stored ?? STORED_AS[column.type]

/** The types a person may give a column. */
export const typesFor = (column: Pick<VersionColumn, 'type' | 'stored'>): readonly ColumnType[] =>
  READABLE_AS[storedAs(column)]

export const nameAtVersion = z
  .string()
  .max(120)
  .regex(/^[^@]+(@\d{1,9})?$/, 'a name, or name@version')
/** `/data/add` is a page: a dataset of that name could never be opened. */
export const datasetNameSchema = resourceNameSchema.refine(
  name => name !== 'add',
  'A dataset cannot be called “add”: that is the address of the page that adds data.',
)

export const addDatasetInput = z.object({
  name: datasetNameSchema,
  fileName: z.string().min(1).max(300),
  /** SHA-256 that the upload answered with. */
  digest: z.string().regex(/^[0-9a-f]{64}$/),
  target: z.string().max(500).optional(),
  time: z.string().max(500).optional(),
  /** true: the rows go below those of the newest version. */
  append: z.boolean().optional(),
  /** Decisions about columns, taken before adding. */
  columns: z.array(columnDecision).max(10_000).optional(),
})
export type AddDatasetInput = z.infer<typeof addDatasetInput>

export const reviewInput = z.object({
  dataset: nameAtVersion,
  columns: z.array(columnDecision).min(1).max(10_000),
})
export type ReviewInput = z.infer<typeof reviewInput>

export type PreviewCell = string | number | boolean | null
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

/** Looks at uploaded bytes before they are added. Answers with an id; poll `sourcePreview` until its state is `succeeded` or `failed`. */
export const previewSourceInput = z.object({
  fileName: z.string().min(1).max(300),
  digest: z.string().regex(/^[0-9a-f]{64}$/),
  /** The dataset it may become a version of: what was decided about its columns is shown. */
  name: resourceNameSchema.optional(),
})
export type PreviewSourceInput = z.infer<typeof previewSourceInput>

export interface SourcePreviewResult {
  v: 1
  /** Rows that were looked at; the guesses are from these. */
  rows: number
  schema: VersionColumn[]
  warnings: string[]
  breaks: string[]
  cells: PreviewCell[][]
}

export interface SourcePreview {
  id: string
  state: string
  reason: string | null
  hint: string | null
  fileName: string
  result: SourcePreviewResult | null
}
