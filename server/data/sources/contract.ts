import { z } from 'zod'
import { resourceNameSchema } from '#server/access/contract.ts'
import { datasetNameSchema } from '../contract.ts'

export const SOURCE_KINDS = ['url', 'database', 'objects'] as const
export type SourceKind = (typeof SOURCE_KINDS)[number]

/**
 * Secrets by name, kept encrypted and never answered. url: header → value; database: `password`, `ca` (PEM of its own authority);
 * objects: s3 `accessKeyId`, `secretAccessKey`, `sessionToken`; gcs the first two (HMAC) or `serviceAccount` (JSON); azure `accountKey` or `sas`.
 */
export const secretsSchema = z.record(z.string().min(1).max(200), z.string().max(20_000))
export type Secrets = Record<string, string>

/** Where rows are, without what is secret. A connection keeps one of these; a source without a connection has its own. */
export const urlAddress = z.object({ kind: z.literal('url'), url: z.string().min(1).max(4000) })
export const databaseAddress = z.object({
  kind: z.literal('database'),
  engine: z.enum(['postgres', 'mysql']),
  host: z.string().min(1).max(255),
  port: z.int().min(1).max(65_535),
  database: z.string().min(1).max(200),
  user: z.string().min(1).max(200),
  /** verify: encrypted, the certificate checked; encrypt: encrypted, whoever answers; off: in the clear. */
  tls: z.enum(['verify', 'encrypt', 'off']).default('verify'),
})
export const objectsAddress = z.object({
  kind: z.literal('objects'),
  provider: z.enum(['s3', 'gcs', 'azure']),
  /** Of a compatible store, as https://minio.example.org; absent: the provider's own. */
  endpoint: z.string().max(1000).optional(),
  region: z.string().max(100).optional(),
  /** Azure: the storage account. */
  account: z.string().max(200).optional(),
  /** Bucket, or container. */
  bucket: z.string().min(1).max(255),
})
export const addressSchema = z.discriminatedUnion('kind', [urlAddress, databaseAddress, objectsAddress])
export type Address = z.infer<typeof addressSchema>

/** How an API gives its rows in pages. */
export const pagesSchema = z.discriminatedUnion('by', [
  z.object({ by: z.literal('none') }),
  /** `Link: <…>; rel="next"` */
  z.object({ by: z.literal('link') }),
  z.object({
    by: z.literal('cursor'),
    /** The query parameter that takes the cursor. */
    parameter: z.string().min(1).max(100).default('cursor'),
    /** Where the answer has the next cursor (or the next address), as `meta.next`. */
    path: z.string().min(1).max(300).default('next_cursor'),
  }),
  z.object({
    by: z.literal('number'),
    parameter: z.string().min(1).max(100).default('page'),
    first: z.int().min(0).max(1_000_000).default(1),
    /** The query parameter for rows per page, and how many to ask for. */
    sizeParameter: z.string().max(100).optional(),
    size: z.int().min(1).max(100_000).optional(),
  }),
])
export type Pages = z.infer<typeof pagesSchema>
export const PAGES_BY = ['none', 'link', 'cursor', 'number'] as const

/** What is read there. */
export const urlReading = z.object({
  kind: z.literal('url'),
  /** Below the connection's address, on the same server; absent: the address itself. */
  path: z.string().max(4000).optional(),
  format: z.enum(['auto', 'csv', 'json', 'ndjson', 'parquet']).default('auto'),
  /** Where a JSON answer has the list of rows, as `data.items`; empty: the answer itself, or its only list. */
  items: z.string().max(300).default(''),
  pages: pagesSchema.default({ by: 'none' }),
})
export const databaseReading = z.object({ kind: z.literal('database'), query: z.string().min(1).max(100_000) })
export const objectsReading = z.object({
  kind: z.literal('objects'),
  prefix: z.string().max(1000).default(''),
  /** Which names below the prefix, as `*.parquet`. */
  pattern: z.string().max(300).default('*'),
})
export const readingSchema = z.discriminatedUnion('kind', [urlReading, databaseReading, objectsReading])
export type Reading = z.infer<typeof readingSchema>

type Of<Union, K extends SourceKind> = Extract<Union, { kind: K }>
export type AddressOf<K extends SourceKind> = Of<Address, K>
/** What an adapter is given: where and what. */
export type SettingsOf<K extends SourceKind> = Of<Address, K> & Of<Reading, K>

/** Five fields, in the project's zone; checked by the schedule itself. */
export const cronSchema = z.string().min(1).max(100)

export const createConnectionInput = z.object({
  name: resourceNameSchema,
  address: addressSchema,
  secrets: secretsSchema.default({}),
})
export type CreateConnectionInput = z.input<typeof createConnectionInput>

export const addSourceInput = z.object({
  /** Of the dataset. */
  name: datasetNameSchema,
  /** A stored connection, by name; or `address` with its secrets. */
  connection: resourceNameSchema.optional(),
  address: addressSchema.optional(),
  secrets: secretsSchema.default({}),
  reading: readingSchema,
  append: z.boolean().default(false),
  cron: cronSchema.optional(),
  target: z.string().max(500).optional(),
  time: z.string().max(500).optional(),
})
export type AddSourceInput = z.input<typeof addSourceInput>

export const refreshInput = z.object({ dataset: resourceNameSchema })

export const updateSourceInput = z.object({
  dataset: resourceNameSchema,
  append: z.boolean().optional(),
  /** null: only by hand. */
  cron: cronSchema.nullable().optional(),
  paused: z.boolean().optional(),
})
export type UpdateSourceInput = z.infer<typeof updateSourceInput>

export interface ConnectionSummary {
  name: string
  kind: SourceKind
  address: Address
  /** Names of the secrets that are set, never their values. */
  secrets: string[]
  /** In words: "PostgreSQL shop on db.example.org". */
  words: string
  test: { state: 'none' | 'running' | 'passed' | 'failed'; sentence: string | null; at: string | null }
  usedBy: string[]
  createdAt: string
}

export interface SourceSummary {
  dataset: string
  kind: SourceKind
  connection: string | null
  words: string
  reading: Reading
  secrets: string[]
  append: boolean
  schedule: { cron: string; zone: string; paused: boolean; nextAt: string | null; lastAt: string | null } | null
  last: {
    ingestion: string
    state: string
    reason: string | null
    /** false: the rows had not changed. */
    created: boolean | null
    version: number | null
    at: string
  } | null
}
