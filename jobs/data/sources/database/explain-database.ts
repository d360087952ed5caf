import { AppError } from '#server/kernel/errors.ts'
import { placeOf } from './one-statement.ts'
import type { DatabaseTarget } from './target.ts'

interface DriverError {
  code?: string
  errno?: number
  message?: string
  position?: string
  cause?: unknown
}

const READS = 'A source reads with one SELECT in a read-only transaction.'

/** Converts an error of a database to an `AppError` with a hint. Removes the password from the message of the server. */
export function explainDatabase(
  error: unknown,
  target: DatabaseTarget,
  work: { query: string; timeoutSeconds: number } = { query: '', timeoutSeconds: 0 },
): AppError {
  for (let e: unknown = error; e instanceof Error; e = e.cause) if (e instanceof AppError) return e
  const e = (error instanceof AggregateError ? (error.errors[0] as DriverError) : (error as DriverError)) ?? {}
  const { host, port, user, database } = target
  const where = `${host}:${port}`
  const reported = scrub(String(e.message ?? error), target.password).slice(0, 500)
  const make = (code: 'invalid' | 'unavailable' | 'too_large' | 'cancelled', message: string, hint: string) =>
    new AppError(code, message, { hint })
  const refusedLogin = () =>
    make(
      'invalid',
      `${where} refused the password of ${user}.`,
      'Check user and password of the connection; the account must be allowed to log in from this server.',
    )
  switch (e.code) {
    case '28P01':
      return refusedLogin()
    case 'ER_ACCESS_DENIED_ERROR':
      return refusedLogin()
    case '28000':
    case 'ER_HOST_NOT_PRIVILEGED':
    case 'ER_HOST_IS_BLOCKED':
      return make(
        'invalid',
        `${where} refused ${user} from this server: ${reported}.`,
        'Its administrator must allow the account from this address; some servers accept only encrypted connections (TLS).',
      )
    case '3D000':
    case 'ER_BAD_DB_ERROR':
      return make('invalid', `${where} has no database “${database}”.`, 'Check its name; names are case-sensitive.')
    case 'ER_DBACCESS_DENIED_ERROR':
      return make('invalid', `${user} may not use the database “${database}” on ${where}.`, 'Grant it SELECT there.')
    case '42P01':
    case 'ER_NO_SUCH_TABLE':
      return make(
        'invalid',
        `The query names a table that does not exist: ${reported}${at(e, work.query)}.`,
        'Check the name and its schema (schema.table), and that the account may see it.',
      )
    case '42501':
    case 'ER_TABLEACCESS_DENIED_ERROR':
    case 'ER_COLUMNACCESS_DENIED_ERROR':
    case 'ER_SPECIFIC_ACCESS_DENIED_ERROR':
      return make('invalid', `${user} may not read this: ${reported}.`, 'Grant SELECT on it to the account.')
    case '25006':
    case 'ER_CANT_EXECUTE_IN_READ_ONLY_TRANSACTION':
      return make('invalid', `The query is not read-only: ${reported}.`, READS)
    case '57014':
    case 'ER_QUERY_TIMEOUT':
    case 'ER_STATEMENT_TIMEOUT':
    case 'ER_QUERY_INTERRUPTED':
      return make(
        'invalid',
        `The query did not end within ${work.timeoutSeconds} seconds and was stopped.`,
        'Read fewer rows or a part at a time, or add an index.',
      )
    case '53300':
    case 'ER_CON_COUNT_ERROR':
    case 'ER_TOO_MANY_USER_CONNECTIONS':
      return make('unavailable', `${where} has no free connection: ${reported}.`, 'The job is retried later.')
    case 'HANDSHAKE_NO_SSL_SUPPORT':
      return make('invalid', `${where} does not support TLS.`, 'Turn TLS off in the connection, or on at the server.')
  }
  if (
    /certificate|self[- ]signed|altname/i.test(`${e.code} ${reported}`) ||
    /^(CERT_|DEPTH_|ERR_TLS_|ERR_SSL_)/.test(e.code ?? '')
  )
    return make(
      'unavailable',
      `The certificate of ${where} is not trusted: ${reported.replace(/; if the root CA is .*$/, '')}.`,
      'Add the certificate of its authority, or choose encryption without verification.',
    )
  if (/^[0-9A-Z]{5}$/.test(e.code ?? '') && /[0-9]/.test(e.code ?? ''))
    return make(
      /^(08|53|57|58|XX)/.test(e.code!) ? 'unavailable' : 'invalid',
      `The database refused the query${at(e, work.query)}: ${reported}.`,
      'Correct the query; run it in the shell of the database for details.',
    )
  if (/^ER_/.test(e.code ?? ''))
    return make(
      'invalid',
      `The database refused the query: ${reported}.`,
      'Correct the query; run it in the shell of the database for details.',
    )
  const codes: Record<string, string> = {
    ECONNREFUSED: 'nothing listens there',
    ECONNRESET: 'it closed the connection',
    EPIPE: 'it closed the connection',
    PROTOCOL_CONNECTION_LOST: 'it closed the connection',
    CONNECTION_CLOSED: 'it closed the connection',
    CONNECTION_ENDED: 'it closed the connection',
    CONNECTION_DESTROYED: 'it closed the connection',
    ETIMEDOUT: 'it did not answer in time',
    CONNECT_TIMEOUT: 'it did not answer in time, or is no database of this kind',
  }
  return make(
    'unavailable',
    `${where} could not be read: ${codes[e.code ?? ''] ?? (reported || 'the connection failed')}.`,
    'Check host, port and kind of database, and that this server can reach it.',
  )
}

const at = (e: DriverError, query: string) => (e.position && query ? ` (${placeOf(query, Number(e.position))})` : '')

/** Removes a secret, because a server may repeat what it received. */
const scrub = (text: string, secret: string) =>
  (secret.length > 2 ? text.replaceAll(secret, '•••') : text).replace(/\s+/g, ' ').replace(/\.$/, '')
