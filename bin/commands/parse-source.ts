import type { Address, AddSourceInput, Pages, Reading, Secrets } from '#server/data/sources/contract.ts'
import { PAGES_BY } from '#server/data/sources/contract.ts'
import { usage } from './failure.ts'

const SCHEME = /^([a-z][a-z0-9+.-]*):\/\//i

export interface SourceWords {
  query?: string
  headers: string[]
  pages?: string
  items?: string
  endpoint?: string
  region?: string
}

export const isAddress = (text: string): boolean => SCHEME.test(text)

export type ParsedSource = Pick<AddSourceInput, 'address' | 'reading' | 'secrets'>

/** Parses an address into settings and secrets. Keys of object stores come from the usual variables. */
export function parseSource(text: string, words: SourceWords, env: Record<string, string | undefined>): ParsedSource {
  const scheme = SCHEME.exec(text)?.[1]?.toLowerCase() ?? ''
  if (scheme === 'http' || scheme === 'https') return webSource(text, words)
  if (/^(postgres|postgresql|mysql|mariadb)$/.test(scheme)) return databaseSource(text, scheme, words)
  if (['s3', 'gs', 'gcs', 'az', 'azure'].includes(scheme)) return objectSource(text, scheme, words, env)
  throw usage(
    `${scheme}:// addresses are not read.`,
    'There are http://, https://, postgres://, mysql://, s3://, gs:// and azure://.',
  )
}

const only = (words: SourceWords, kind: string, allowed: (keyof SourceWords)[]) => {
  for (const [name, value] of Object.entries(words))
    if ((Array.isArray(value) ? value.length > 0 : value !== undefined) && !allowed.includes(name as keyof SourceWords))
      throw usage(`--${name === 'headers' ? 'header' : name} does not belong to ${kind}.`)
}

function webSource(text: string, words: SourceWords): ParsedSource {
  only(words, 'a URL', ['headers', 'pages', 'items'])
  const secrets: Secrets = {}
  for (const header of words.headers) {
    const [, name = '', value = ''] = /^([^:\s]+):\s*(.*)$/s.exec(header) ?? []
    if (!name) throw usage('--header needs a name and a value.', "Give it as --header 'Authorization: Bearer …'.")
    secrets[name] = value
  }
  const by = words.pages ?? 'none'
  if (!(PAGES_BY as readonly string[]).includes(by))
    throw usage(`--pages ${by} is not known.`, `There are ${PAGES_BY.filter(p => p !== 'none').join(', ')}.`)
  const reading = { kind: 'url', pages: { by } as Pages, items: words.items ?? '' } as Reading
  return { address: { kind: 'url', url: text }, reading, secrets }
}

const TLS: Record<string, 'verify' | 'encrypt' | 'off'> = {
  disable: 'off',
  disabled: 'off',
  prefer: 'encrypt',
  preferred: 'encrypt',
  require: 'encrypt',
  required: 'encrypt',
  'verify-ca': 'verify',
  'verify-full': 'verify',
  verify_ca: 'verify',
  verify_identity: 'verify',
}
const LOOPBACK = /^(localhost|127\.\d+\.\d+\.\d+|::1)$/

function databaseSource(text: string, scheme: string, words: SourceWords): ParsedSource {
  only(words, 'a database', ['query'])
  if (!words.query) throw usage('A database needs --query SQL.', "As --query 'SELECT * FROM orders'.")
  // URL does not check or decode hosts of unknown schemes, so the address is parsed as http.
  const url = URL.parse(text.replace(SCHEME, 'http://'))
  const database = decodeURIComponent(url?.pathname.slice(1) ?? '')
  if (!url?.hostname || !database || !url.username)
    throw usage('The address of the database is not whole.', `As ${scheme}://USER:PASSWORD@HOST:PORT/DATABASE.`)
  const engine = scheme.startsWith('postgres') ? 'postgres' : 'mysql'
  const host = url.hostname.replace(/^\[|\]$/g, '')
  const mode = (url.searchParams.get('sslmode') ?? url.searchParams.get('ssl-mode') ?? '').toLowerCase()
  const address: Address = {
    kind: 'database',
    engine,
    host,
    // A parsed http address omits port 80.
    port: Number(url.port || (/:80\/[^@]*$/.test(text) ? 80 : engine === 'postgres' ? 5432 : 3306)),
    database,
    user: decodeURIComponent(url.username),
    tls: TLS[mode] ?? (LOOPBACK.test(host) ? 'off' : 'verify'),
  }
  return {
    address,
    reading: { kind: 'database', query: words.query },
    secrets: { password: decodeURIComponent(url.password) },
  }
}

function objectSource(
  text: string,
  scheme: string,
  words: SourceWords,
  env: Record<string, string | undefined>,
): ParsedSource {
  only(words, 'an object store', ['endpoint', 'region'])
  const parts = text.replace(SCHEME, '').split('/')
  const provider = scheme === 's3' ? 's3' : scheme.startsWith('g') ? 'gcs' : 'azure'
  const account = provider === 'azure' ? parts.shift() : undefined
  const bucket = parts.shift()
  if (!bucket)
    throw usage(
      'The address names no bucket.',
      provider === 'azure' ? 'As azure://ACCOUNT/CONTAINER/PREFIX.' : `As ${scheme}://BUCKET/PREFIX.`,
    )
  // The first segment with a star, and all after it, are a pattern below the prefix.
  const star = parts.findIndex(part => /[*?]/.test(part))
  const prefix =
    star < 0
      ? parts.join('/')
      : parts
          .slice(0, star)
          .map(part => `${part}/`)
          .join('')
  const pattern = star < 0 ? '*' : parts.slice(star).join('/')
  const keys: Record<typeof provider, Record<string, string | undefined>> = {
    s3: {
      accessKeyId: env.AWS_ACCESS_KEY_ID,
      secretAccessKey: env.AWS_SECRET_ACCESS_KEY,
      sessionToken: env.AWS_SESSION_TOKEN,
    },
    gcs: env.GCS_SECRET_ACCESS_KEY?.trim().startsWith('{')
      ? { serviceAccount: env.GCS_SECRET_ACCESS_KEY }
      : { accessKeyId: env.GCS_ACCESS_KEY_ID, secretAccessKey: env.GCS_SECRET_ACCESS_KEY },
    azure: { accountKey: env.AZURE_STORAGE_KEY, sas: env.AZURE_STORAGE_SAS_TOKEN },
  }
  const secrets = Object.fromEntries(
    Object.entries(keys[provider]).filter((pair): pair is [string, string] => !!pair[1]),
  )
  return {
    address: {
      kind: 'objects',
      provider,
      endpoint: words.endpoint ?? (provider === 's3' ? env.AWS_ENDPOINT_URL : undefined),
      region: words.region ?? (provider === 's3' ? env.AWS_REGION : undefined),
      account,
      bucket,
    },
    reading: { kind: 'objects', prefix, pattern },
    secrets,
  }
}
