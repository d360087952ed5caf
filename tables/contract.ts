import { z } from 'zod'
import type { ColumnFormat } from '#ml/cells/column-format.ts'
import { type CellCounts, type Conversion, columnFormat } from './format/contract.ts'

export const COLUMN_TYPES = ['number', 'integer', 'category', 'boolean', 'datetime', 'text', 'id', 'constant'] as const
export const COLUMN_ROLES = ['feature', 'target', 'time', 'id', 'group', 'weight', 'ignore'] as const
export type ColumnType = (typeof COLUMN_TYPES)[number]
/** The physical type of the Parquet column, independent of its meaning. */
export type StoredType = 'number' | 'integer' | 'boolean' | 'datetime' | 'words'
export type ColumnRole = (typeof COLUMN_ROLES)[number]

/** A column with its inferred or chosen type and role. */
export interface VersionColumn {
  name: string
  type: ColumnType
  role: ColumnRole
  /** Missing values. */
  missing: number
  distinct: number
  nullable: boolean
  /** Category: the levels; number: the range; boolean: [false word, true word]. */
  domain?: string[] | { min: number; max: number }
  /** How the values are stored; decides which types a user may choose. Absent: same as `type`. */
  stored?: StoredType
  /** How datetimes were written: with an offset (an instant) or without (wall clock, never shifted). */
  clock?: 'instant' | 'wall-clock'
  /** How the cells of the files were read, and of later files and requests are. Absent: a version made before formats were stored. */
  format?: ColumnFormat
  /** What was done to the cells when the files were read. */
  cells?: CellCounts
  /** A reading that fits most cells of a column of text. */
  conversion?: Conversion
  /** Reason for this type and role. */
  reason: string
}

/** A user's decision about a column. It applies to this version and all later ones and overrides inference. Absent fields are inferred. */
export const columnDecision = z.object({
  name: z.string().min(1).max(500),
  type: z.enum(COLUMN_TYPES).optional(),
  role: z.enum(COLUMN_ROLES).optional(),
  /** false: a version with missing values breaks the contract. */
  nullable: z.boolean().optional(),
  /** How cells are written; the files are read by it. */
  format: columnFormat.optional(),
  /** The levels, or the range; a version with other values breaks the contract. null: removes the restriction. */
  domain: z
    .union([
      z.array(z.string().max(1000)).min(1).max(1000),
      z.object({ min: z.number(), max: z.number() }).refine(d => d.min <= d.max, 'the lowest is above the highest'),
    ])
    .nullable()
    .optional(),
})
export type ColumnDecision = z.infer<typeof columnDecision>

/** Types that can be read from each stored type without losing cells. `constant` is kept until a second value appears. */
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

/** Returns the stored type of a column. */
export const storedAs = (column: Pick<VersionColumn, 'type' | 'stored'>): StoredType =>
  column.stored ?? STORED_AS[column.type]

/** Returns the types that a user may choose for the column. */
export const typesFor = (column: Pick<VersionColumn, 'type' | 'stored'>): readonly ColumnType[] =>
  READABLE_AS[storedAs(column)]

export const nameAtVersion = z
  .string()
  .max(120)
  .regex(/^[^@]+(@\d{1,9})?$/, 'a name, or name@version')

export type PreviewCell = string | number | boolean | null

/** A code with its facts. Text is made from both where it is shown. `F` maps each code to its facts. */
export type Coded<F> = { [C in keyof F]: { code: C; facts: F[C] } }[keyof F]

/** Returns the first names of a list and the total count. */
export interface NameList {
  names: string[]
  total: number
}
const MAX_NAMES = 8
export const nameList = (names: readonly string[]): NameList => ({
  names: names.slice(0, MAX_NAMES),
  total: names.length,
})
