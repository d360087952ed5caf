import { isIP } from 'node:net'
import type { OutgoingPolicy } from '#server/adapters/outgoing/index.ts'
import { AppError } from '#server/kernel/errors.ts'

/** A database and how to speak with it. */
export interface DatabaseTarget {
  host: string
  port: number
  database: string
  user: string
  password: string
  /** `verify`: encrypted, with a certificate that is checked; `encrypt`: encrypted, with whatever certificate it shows. */
  tls: 'verify' | 'encrypt' | 'off'
  /** PEM of the authority that signed its certificate, when that is not a public one. */
  ca?: string
  policy: OutgoingPolicy
  signal: AbortSignal
}

export interface QueryWork {
  query: string
  /** File to write. */
  path: string
  timeoutSeconds: number
  maxBytes: number
  progress(rows: number): void
  line(level: 'info' | 'warn', text: string): void
}

/** What a query brought. `digest` is of the file's bytes. */
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
        // What the certificate must be for; an address is no name that TLS could ask for.
        host: target.host,
        ...(isIP(target.host) ? {} : { servername: target.host }),
        rejectUnauthorized: target.tls === 'verify',
        // MySQL's driver alone asks for this, and would otherwise take any certificate of a known authority.
        verifyIdentity: target.tls === 'verify',
        ...(target.ca ? { ca: target.ca } : {}),
      }

/** Column names as a table needs them: the ingestion refuses the same, but here the query can be named as the place to mend it. */
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
