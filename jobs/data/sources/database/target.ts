import { isIP } from 'node:net'
import type { OutgoingPolicy } from '#server/adapters/outgoing/index.ts'
import { AppError } from '#server/kernel/errors.ts'

/** A database and its connection settings. */
export interface DatabaseTarget {
  host: string
  port: number
  database: string
  user: string
  password: string
  /** `verify`: encrypted, with a certificate that is checked; `encrypt`: encrypted, with any certificate. */
  tls: 'verify' | 'encrypt' | 'off'
  /** PEM of the certificate authority, if it is not public. */
  ca?: string
  policy: OutgoingPolicy
  signal: AbortSignal
}

export interface QueryWork {
  query: string
  /** Output file. */
  path: string
  timeoutSeconds: number
  maxBytes: number
  progress(rows: number): void
  line(level: 'info' | 'warn', text: string): void
}

/** Result of a query. `digest` is the SHA-256 of the file. */
export interface QueryResult {
  columns: { name: string; type: string }[]
  rows: number
  bytes: number
  digest: string
  server: string
}

export const tlsOptions = (target: DatabaseTarget) =>
  target.tls === 'off'
    ? undefined
    : {
        // Name that the certificate must have; TLS sends no IP address as server name.
        host: target.host,
        ...(isIP(target.host) ? {} : { servername: target.host }),
        rejectUnauthorized: target.tls === 'verify',
        // The MySQL driver does not verify the host name without this.
        verifyIdentity: target.tls === 'verify',
        ...(target.ca ? { ca: target.ca } : {}),
      }

/** Checks column names as ingestion does, but with an error that refers to the query. */
export function requireNames(names: string[]): void {
  const seen = new Set<string>()
  const doubled = names.find(n => seen.size === seen.add(n.toLowerCase()).size)
  if (names.length === 0)
    throw new AppError('invalid', 'The query delivers no columns.', { hint: 'Name at least one after SELECT.' })
  if (doubled !== undefined)
    throw new AppError('invalid', `The query delivers the column “${doubled}” more than once.`, {
      hint: 'Give one of them another name: … AS other_name.',
    })
}
