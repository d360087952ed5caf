import type { Address, Pages, Reading, Secrets, SourceKind } from '#server/data/sources/contract.ts'

/** What a person is typing; numbers and choices may be half-done. */
export interface Draft {
  kind: SourceKind
  url: string
  headers: { key: number; name: string; value: string }[]
  format: 'auto' | 'csv' | 'json' | 'ndjson' | 'parquet'
  items: string
  pagesBy: Pages['by']
  parameter: string
  cursorPath: string
  first: number
  sizeParameter: string
  size: number | undefined
  engine: 'postgres' | 'mysql'
  host: string
  port: number | undefined
  database: string
  user: string
  password: string
  tls: 'verify' | 'encrypt' | 'off'
  query: string
  provider: 's3' | 'gcs' | 'azure'
  endpoint: string
  region: string
  account: string
  bucket: string
  prefix: string
  pattern: string
  accessKeyId: string
  secretKey: string
}

export const emptyDraft = (kind: SourceKind): Draft => ({
  kind,
  url: '',
  headers: [],
  format: 'auto',
  items: '',
  pagesBy: 'none',
  parameter: '',
  cursorPath: '',
  first: 1,
  sizeParameter: '',
  size: undefined,
  engine: 'postgres',
  host: '',
  port: undefined,
  database: '',
  user: '',
  password: '',
  tls: 'verify',
  query: '',
  provider: 's3',
  endpoint: '',
  region: '',
  account: '',
  bucket: '',
  prefix: '',
  pattern: '*',
  accessKeyId: '',
  secretKey: '',
})

export const DEFAULT_PORT = { postgres: 5432, mysql: 3306 } as const
const orNothing = (text: string) => text.trim() || undefined

export function addressOf(d: Draft): Address {
  if (d.kind === 'url') return { kind: 'url', url: d.url.trim() }
  if (d.kind === 'database')
    return {
      kind: 'database',
      engine: d.engine,
      host: d.host.trim(),
      port: d.port ?? DEFAULT_PORT[d.engine],
      database: d.database.trim(),
      user: d.user.trim(),
      tls: d.tls,
    }
  return {
    kind: 'objects',
    provider: d.provider,
    endpoint: orNothing(d.endpoint),
    region: orNothing(d.region),
    account: d.provider === 'azure' ? orNothing(d.account) : undefined,
    bucket: d.bucket.trim(),
  }
}

/** One field takes what the provider gives: a key, a shared access signature, or the JSON of a service account. */
const keyName = (d: Draft): string =>
  d.provider === 'azure'
    ? /(^|[?&])sig=/.test(d.secretKey)
      ? 'sas'
      : 'accountKey'
    : d.provider === 'gcs' && d.secretKey.trim().startsWith('{')
      ? 'serviceAccount'
      : 'secretAccessKey'

export function secretsOf(d: Draft): Secrets {
  const named: [string, string][] =
    d.kind === 'url'
      ? d.headers.map(h => [h.name.trim(), h.value])
      : d.kind === 'database'
        ? [['password', d.password]]
        : [
            ['accessKeyId', keyName(d) === 'secretAccessKey' ? d.accessKeyId : ''],
            [keyName(d), d.secretKey],
          ]
  return Object.fromEntries(named.filter(([name, value]) => name !== '' && value !== ''))
}

function pagesOf(d: Draft): Pages {
  if (d.pagesBy === 'cursor')
    return { by: 'cursor', parameter: d.parameter.trim() || 'cursor', path: d.cursorPath.trim() || 'next_cursor' }
  if (d.pagesBy === 'number')
    return {
      by: 'number',
      parameter: d.parameter.trim() || 'page',
      first: d.first,
      sizeParameter: orNothing(d.sizeParameter),
      size: d.size,
    }
  return { by: d.pagesBy }
}

export function readingOf(d: Draft, path?: string): Reading {
  if (d.kind === 'url')
    return { kind: 'url', path: orNothing(path ?? ''), format: d.format, items: d.items.trim(), pages: pagesOf(d) }
  if (d.kind === 'database') return { kind: 'database', query: d.query }
  return { kind: 'objects', prefix: d.prefix.trim(), pattern: d.pattern.trim() || '*' }
}

/** What is missing before it can be sent; undefined: nothing. */
export function missingAddress(d: Draft): string | undefined {
  if (d.kind === 'url') return /^https?:\/\/.+/i.test(d.url.trim()) ? undefined : 'an address with http:// or https://'
  if (d.kind === 'database')
    return !d.host.trim() ? 'a host' : !d.database.trim() ? 'a database' : !d.user.trim() ? 'a user' : undefined
  if (d.provider === 'azure' && !d.account.trim() && !d.endpoint.trim()) return 'a storage account'
  return d.bucket.trim() ? undefined : d.provider === 'azure' ? 'a container' : 'a bucket'
}

export const missingReading = (d: Draft): string | undefined =>
  d.kind === 'database' && !d.query.trim() ? 'a query' : undefined
