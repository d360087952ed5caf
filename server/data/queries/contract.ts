import { z } from 'zod'
import type { QueryCell, QueryResult } from '#tables/query/contract.ts'
import { datasetNameSchema, nameAtVersion } from '../contract.ts'

export { QUERY_LIMITS, type QueryCell, type QueryFault, type QueryResult } from '#tables/query/contract.ts'

/** Of a query whose answer becomes a version: reading of it may take its time. */
export const SAVE_MILLISECONDS = 10 * 60_000
export const MAX_SQL_CHARACTERS = 20_000

export const startQueryInput = z.object({
  dataset: nameAtVersion,
  sql: z.string().max(MAX_SQL_CHARACTERS),
  /** The dataset whose next version the answer becomes. */
  saveAs: datasetNameSchema.optional(),
})
export type StartQueryInput = z.infer<typeof startQueryInput>

export type QueryState = 'queued' | 'running' | 'succeeded' | 'failed' | 'cancelled'

/** A query as its author sees it again. */
export interface QuerySummary {
  id: string
  dataset: string
  version: number
  sql: string
  saveAs: string | null
  state: QueryState
  reason: string | null
  hint: string | null
  /** Where in the statement the fault is, from 1. */
  line: number | null
  column: number | null
  rowCount: number | null
  truncated: boolean | null
  milliseconds: number | null
  /** The ingestion that makes a version of the answer. */
  ingestion: string | null
  createdAt: string
}
export interface QueryAnswer extends QuerySummary {
  columns: QueryResult['columns']
  rows: QueryCell[][]
}
