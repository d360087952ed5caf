import { z } from 'zod'
import { resourceNameSchema } from '#server/access/contract.ts'

export const COLUMN_TYPES = ['number', 'integer', 'category', 'boolean', 'datetime', 'text', 'id', 'constant'] as const
export const COLUMN_ROLES = ['feature', 'target', 'time', 'id', 'group', 'weight', 'ignore'] as const
export type ColumnType = (typeof COLUMN_TYPES)[number]
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

export const nameAtVersion = z.string().regex(/^[^@]+(@\d+)?$/, 'a name, or name@version')
export const addDatasetInput = z.object({
  name: resourceNameSchema,
  fileName: z.string().min(1).max(300),
  /** SHA-256 that the upload answered with. */
  digest: z.string().regex(/^[0-9a-f]{64}$/),
  target: z.string().max(500).optional(),
  time: z.string().max(500).optional(),
})
export type AddDatasetInput = z.infer<typeof addDatasetInput>

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
