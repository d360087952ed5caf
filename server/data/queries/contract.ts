import { z } from 'zod'
import type { QueryCell, QueryResult } from '#tables/query/contract.ts'
import { datasetNameSchema, nameAtVersion } from '../contract.ts'

export { QUERY_LIMITS, type QueryCell, type QueryFault, type QueryResult } from '#tables/query/contract.ts'

/** Time limit of a query whose result is saved as a version. */
export const SAVE_MILLISECONDS = 10 * 60_000
export const MAX_SQL_CHARACTERS = 20_000

export const startQueryInput = z.object({
  dataset: nameAtVersion,
  sql: z.string().max(MAX_SQL_CHARACTERS),
  /** The dataset whose next version the result becomes. */
  saveAs: datasetNameSchema.optional(),
})
export type StartQueryInput = z.infer<typeof startQueryInput>

export type QueryState = 'queued' | 'running' | 'succeeded' | 'failed' | 'cancelled'

/** A query as shown to its author. */
export interface QuerySummary {
  id: string
  dataset: string
  version: number
  sql: string
  saveAs: string | null
  state: QueryState
  reason: string | null
  hint: string | null
  /** Line of the error in the statement, from 1. */
  line: number | null
  column: number | null
  rowCount: number | null
  truncated: boolean | null
  milliseconds: number | null
  /** The ingestion that makes a version of the result. */
  ingestion: string | null
  createdAt: string
}
export interface QueryAnswer extends QuerySummary {
  columns: QueryResult['columns']
  rows: QueryCell[][]
}
