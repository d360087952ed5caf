import { z } from 'zod'
import { resourceNameSchema } from '#server/access/contract.ts'
import { columnDecision } from '#tables/contract.ts'
import { readingOptions } from '#tables/read/contract.ts'
import { datasetNameSchema } from '../contract.ts'

export const SOURCE_KINDS = ['url', 'database', 'objects'] as const
export type SourceKind = (typeof SOURCE_KINDS)[number]

/**
 * Secrets by name, stored encrypted and never returned. url: header → value; database: `password`, `ca` (PEM of a private authority);
 * objects: s3 `accessKeyId`, `secretAccessKey`, `sessionToken`; gcs the first two (HMAC) or `serviceAccount` (JSON); azure `accountKey` or
 * `sas`.
 */
export const secretsSchema = z.record(z.string().min(1).max(200), z.string().max(20_000))
export type Secrets = Record<string, string>

/** Location of rows, without secrets. A connection stores one; a source without a connection has its own. */
export const urlAddress = z.object({ kind: z.literal('url'), url: z.string().min(1).max(4000) })
export const databaseAddress = z.object({
  kind: z.literal('database'),
  engine: z
    .enum(['postgres', 'mysql'])
    .default('postgres')
    .meta({
      title: 'Database server',
      labels: { postgres: 'PostgreSQL', mysql: 'MySQL or MariaDB' },
    }),
  host: z.string().min(1).max(255).meta({ title: 'Host', placeholder: 'db.example.org' }),
  port: z.int().min(1).max(65_535),
  database: z.string().min(1).max(200).meta({ title: 'Database' }),
  user: z.string().min(1).max(200).meta({ title: 'User', description: 'Read-only access is enough.' }),
  /** verify: TLS with a checked certificate; encrypt: TLS with any certificate; off: no encryption. */
  tls: z
    .enum(['verify', 'encrypt', 'off'])
    .default('verify')
    .meta({
      title: 'Encryption',
      labels: { verify: 'TLS, verify the certificate', encrypt: 'TLS, accept any certificate', off: 'None' },
    }),
})
export const objectsAddress = z.object({
  kind: z.literal('objects'),
  provider: z
    .enum(['s3', 'gcs', 'azure'])
    .default('s3')
    .meta({
      title: 'Provider',
      labels: { s3: 'Amazon S3 or compatible', gcs: 'Google Cloud Storage', azure: 'Azure Blob Storage' },
    }),
  /** Endpoint of a compatible store, for example https://minio.example.org; absent: the provider's own. */
  endpoint: z.string().max(1000).optional().meta({
    title: 'Endpoint',
    description: 'Only for S3-compatible or custom stores.',
    placeholder: 'https://minio.example.org',
  }),
  region: z
    .string()
    .max(100)
    .optional()
    .meta({ title: 'Region', placeholder: 'us-east-1', showIf: { field: 'provider', is: ['s3', 'gcs'] } }),
  /** Azure: the storage account. */
  account: z
    .string()
    .max(200)
    .optional()
    .meta({ title: 'Storage account', showIf: { field: 'provider', is: ['azure'] } }),
  /** Bucket, or container. */
  bucket: z.string().min(1).max(255).meta({ title: 'Bucket or container' }),
})
export const addressSchema = z.discriminatedUnion('kind', [urlAddress, databaseAddress, objectsAddress])
export type Address = z.infer<typeof addressSchema>

/** How an API splits its rows into pages. */
export const pagesSchema = z.discriminatedUnion('by', [
  z.object({ by: z.literal('none') }).meta({ title: 'None: one response' }),
  /** `Link: <…>; rel="next"` */
  z.object({ by: z.literal('link') }).meta({ title: 'Link header' }),
  z
    .object({
      by: z.literal('cursor'),
      /** The query parameter for the cursor. */
      parameter: z.string().min(1).max(100).default('cursor').meta({ title: 'Cursor parameter' }),
      /** Path of the next cursor (or the next address) in the response, for example `meta.next`. */
      path: z
        .string()
        .min(1)
        .max(300)
        .default('next_cursor')
        .meta({ title: 'Path of the next cursor', description: 'In the JSON response.' }),
    })
    .meta({ title: 'Cursor' }),
  z
    .object({
      by: z.literal('number'),
      parameter: z.string().min(1).max(100).default('page').meta({ title: 'Page parameter' }),
      first: z.int().min(0).max(1_000_000).default(1).meta({ title: 'First page' }),
      /** The query parameter for rows per page, and its value. */
      sizeParameter: z.string().max(100).optional().meta({ title: 'Page size parameter', placeholder: 'per_page' }),
      size: z.int().min(1).max(100_000).optional().meta({ title: 'Page size', unit: 'rows' }),
    })
    .meta({ title: 'Page number' }),
])
export type Pages = z.infer<typeof pagesSchema>
export const PAGES_BY = ['none', 'link', 'cursor', 'number'] as const

/** What is read at the address. */
export const urlReading = z.object({
  kind: z.literal('url'),
  /** Path below the connection's address, on the same server; absent: the address itself. */
  path: z
    .string()
    .max(4000)
    .optional()
    .meta({ title: 'Path', description: 'Below the URL of the connection.', placeholder: '/v1/orders' }),
  format: z
    .enum(['auto', 'csv', 'json', 'ndjson', 'parquet'])
    .default('auto')
    .meta({
      title: 'Format',
      labels: { auto: 'Detect', csv: 'CSV or TSV', json: 'JSON', ndjson: 'NDJSON', parquet: 'Parquet' },
    }),
  /** Path of the list of rows in a JSON response, for example `data.items`; empty: the response itself, or its only list. */
  items: z
    .string()
    .max(300)
    .default('')
    .meta({
      title: 'Path of the rows',
      description: 'In the JSON response, for example data.items. Empty: the response or its only list.',
      showIf: { field: 'format', is: ['auto', 'json'] },
    }),
  pages: pagesSchema.default({ by: 'none' }).meta({ title: 'Pagination' }),
})
export const databaseReading = z.object({
  kind: z.literal('database'),
  query: z.string().min(1).max(100_000).meta({
    title: 'Query',
    description: 'One SELECT, run read-only.',
    placeholder: 'SELECT * FROM orders',
    input: 'code',
  }),
})
export const objectsReading = z.object({
  kind: z.literal('objects'),
  prefix: z
    .string()
    .max(1000)
    .default('')
    .meta({ title: 'Prefix', description: 'All files below it form one table.', placeholder: 'sales/2024/' }),
  /** Pattern of names below the prefix, for example `*.parquet`. */
  pattern: z.string().max(300).default('*').meta({ title: 'File pattern', description: 'For example *.parquet.' }),
})
export const readingSchema = z.discriminatedUnion('kind', [urlReading, databaseReading, objectsReading])
export type Reading = z.infer<typeof readingSchema>

type Of<Union, K extends SourceKind> = Extract<Union, { kind: K }>
export type AddressOf<K extends SourceKind> = Of<Address, K>
/** Settings of an adapter: the address and what is read there. */
export type SettingsOf<K extends SourceKind> = Of<Address, K> & Of<Reading, K>

/** Five fields, in the project's time zone; the schedule checks them. */
export const cronSchema = z.string().min(1).max(100)

export const createConnectionInput = z.object({
  name: resourceNameSchema,
  address: addressSchema,
  secrets: secretsSchema.default({}),
})
export type CreateConnectionInput = z.input<typeof createConnectionInput>

export const addSourceInput = z.object({
  /** Name of the dataset. */
  name: datasetNameSchema,
  /** A stored connection, by name; otherwise `address` with its secrets. */
  connection: resourceNameSchema.optional(),
  address: addressSchema.optional(),
  secrets: secretsSchema.default({}),
  reading: readingSchema,
  append: z.boolean().default(false),
  cron: cronSchema.optional(),
  target: z.string().max(500).optional(),
  time: z.string().max(500).optional(),
  /** Decisions about columns, and how the files are read. */
  columns: z.array(columnDecision).max(10_000).optional(),
  files: readingOptions.optional(),
})
export type AddSourceInput = z.input<typeof addSourceInput>

export const refreshInput = z.object({ dataset: resourceNameSchema })

export const updateSourceInput = z.object({
  dataset: resourceNameSchema,
  append: z.boolean().optional(),
  /** Null: only on request. */
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
  /** Description such as "PostgreSQL shop on db.example.org". */
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
    /** False: the rows had not changed. */
    created: boolean | null
    version: number | null
    at: string
  } | null
}
