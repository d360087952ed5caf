import { z } from 'zod'

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

export type BrowseCell = string | number | boolean | null
