import { z } from 'zod'

export const QUERY_LIMITS = {
  /** Maximum rows and bytes of a result; the rest is dropped and reported as truncated. */
  rows: 10_000,
  bytes: 5 * 2 ** 20,
  /** Maximum characters per cell. */
  cell: 10_000,
  milliseconds: 60_000,
  memoryMb: 512,
  temporaryMb: 4_000,
  /** Maximum waiting and running queries per user: the queue is shared. */
  openPerAuthor: 8,
  /** How long a result is kept. */
  keptHours: 24,
} as const

export type QueryCell = string | number | boolean | null
export interface QueryResult {
  v: 1
  columns: { name: string; type: string }[]
  rows: QueryCell[][]
}

/** An error in a query, as shown to its author. */
export interface QueryFault {
  message: string
  hint?: string
  /** Position in the statement, from 1. */
  line?: number
  column?: number
}

/** One condition on one column; several are combined with AND. Values are bound, never concatenated into SQL. */
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
    /** For the last bin of a histogram, which includes its upper bound. */
    withEnd: z.boolean().optional(),
  }),
  z.object({ is: z.literal('missing'), column: z.string().max(500) }),
  z.object({ is: z.literal('present'), column: z.string().max(500) }),
])
export type RowFilter = z.infer<typeof rowFilter>

export type BrowseCell = string | number | boolean | null
