import { z } from 'zod'
import { resourceNameSchema } from '#server/access/contract.ts'
import { datasetNameSchema } from '#server/data/contract.ts'
import {
  type Address,
  addressSchema,
  cronSchema,
  databaseAddress,
  databaseReading,
  objectsAddress,
  objectsReading,
  type Reading,
  type Secrets,
  type SourceKind,
  urlAddress,
  urlReading,
} from '#server/data/sources/contract.ts'
import type { FormValues } from '../../ui/schema-form/field.ts'
import { readingForm } from '../reading-form.ts'

const DEFAULT_PORT = { postgres: 5432, mysql: 3306 } as const
const STORED = 'Stored encrypted, never shown again.'

const secret = z.string().max(20_000).optional()

/** Address and secrets of each kind of source, as one group of inputs. */
const WHERE = {
  url: urlAddress.extend({
    url: z
      .string()
      .trim()
      .max(4000)
      .regex(/^https?:\/\/.+/i, 'Enter a URL that starts with http:// or https://.')
      .meta({
        title: 'URL',
        description: 'A file (CSV, JSON, NDJSON, Parquet) or a JSON API.',
        placeholder: 'https://api.example.org/rows',
        input: 'url',
      }),
    headers: z
      .record(z.string(), z.string())
      .default({})
      .meta({
        title: 'Header',
        input: 'password',
        placeholder: 'Authorization',
        description: `Header values: ${STORED.toLowerCase()}`,
      }),
  }),
  database: databaseAddress.extend({
    port: z
      .int()
      .min(1)
      .max(65_535)
      .optional()
      .meta({ title: 'Port', placeholder: '5432 for PostgreSQL, 3306 for MySQL' }),
    password: secret.meta({ title: 'Password', input: 'password', description: STORED }),
  }),
  objects: objectsAddress
    .extend({
      accessKeyId: secret.meta({
        title: 'Access key ID',
        description: 'Leave empty for public buckets.',
        showIf: { field: 'provider', is: ['s3', 'gcs'] },
      }),
      secretKey: secret.meta({
        title: 'Secret',
        input: 'password',
        description: `Secret key, account key, SAS token or service account (JSON). ${STORED}`,
      }),
    })
    .refine(({ provider, account, endpoint }) => provider !== 'azure' || account || endpoint, {
      path: ['account'],
      message: 'Enter a storage account or an endpoint.',
    }),
}
const READING = { url: urlReading, database: databaseReading, objects: objectsReading }

export type Where = z.output<(typeof WHERE)[SourceKind]>
/** The inputs for address and secrets; the form checks them before it saves a connection. */
export const whereSchema = (kind: SourceKind): z.ZodType<Where> => WHERE[kind]

const connectionName = resourceNameSchema.optional().meta({
  title: 'Save as connection',
  description: 'Optional: test it now and reuse it.',
  placeholder: 'Connection name',
})
const dataset = {
  name: datasetNameSchema.meta({ title: 'Dataset name', description: 'Use an existing name to add a new version.' }),
  target: z.string().max(500).optional().meta({ title: 'Target', description: 'Optional; can be set later.' }),
  append: z.boolean().default(false).meta({
    title: 'Append to the latest version',
    description: 'Otherwise each refresh replaces all rows.',
  }),
  cron: cronSchema.nullable().default(null),
}

export interface SourceInput {
  connectionName?: string
  where?: Where
  reading: Reading
  /** How the files are read, as inputs. */
  files?: FormValues
  name: string
  target?: string
  append: boolean
  cron: string | null
}

/** The form of a new source; with a stored connection it needs no address. */
export function sourceSchema(kind: SourceKind, connected: boolean): z.ZodType<SourceInput> {
  const shape = { reading: READING[kind], files: readingForm.optional(), ...dataset }
  return connected ? z.object(shape) : z.object({ where: whereSchema(kind), connectionName, ...shape })
}

/** Returns the address among the inputs. */
export const addressOf = (where: Where): Address =>
  addressSchema.parse(where.kind === 'database' ? { ...where, port: where.port ?? DEFAULT_PORT[where.engine] } : where)

/** Returns the secrets that are filled in, by their names. */
export function secretsOf(where: Where): Secrets {
  if (where.kind === 'url') return where.headers
  const named =
    where.kind === 'database'
      ? { password: where.password }
      : objectSecrets(where.provider, where.accessKeyId, where.secretKey)
  return Object.fromEntries(Object.entries(named).filter((entry): entry is [string, string] => Boolean(entry[1])))
}

/** One input takes what the provider issues: a key, a shared access signature or the JSON of a service account. */
function objectSecrets(provider: string, accessKeyId = '', secretKey = '') {
  if (provider === 'azure') return /(^|[?&])sig=/.test(secretKey) ? { sas: secretKey } : { accountKey: secretKey }
  if (provider === 'gcs' && secretKey.trim().startsWith('{')) return { serviceAccount: secretKey }
  return { accessKeyId, secretAccessKey: secretKey }
}
