import { z } from 'zod'
import { datasetNameSchema, nameAtVersion } from '../contract.ts'

export const QUERY_LIMITS = {
  /** Rows and bytes of an answer that are kept; the rest is said to be missing. */
  rows: 10_000,
  bytes: 5 * 2 ** 20,
  /** Characters of one cell. */
  cell: 10_000,
  milliseconds: 60_000,
  memoryMb: 512,
  temporaryMb: 4_000,
  /** Queries of one author that wait or run: the lane is everybody's. */
  openPerAuthor: 8,
  /** How long an answer is kept. */
  keptHours: 24,
} as const

/** Of a query whose answer becomes a version: reading of it may take its time. */
export const SAVE_MILLISECONDS = 10 * 60_000
export const MAX_SQL_CHARACTERS = 20_000

export type QueryCell = string | number | boolean | null
export interface QueryResult {
  v: 1
  columns: { name: string; type: string }[]
  rows: QueryCell[][]
}

/** What is wrong with a query, for its author. */
export interface QueryFault {
  message: string
  hint?: string
  /** Where in the statement, from 1. */
  line?: number
  column?: number
}

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
