import postgres from 'postgres'
import { openSocket } from '#server/adapters/outgoing/index.ts'
import { AppError } from '#server/kernel/errors.ts'
import { explainDatabase } from './explain-database.ts'
import { csvLine, writeRows } from './file-sink.ts'
import { oneStatement } from './one-statement.ts'
import { type DatabaseTarget, type QueryResult, type QueryWork, requireNames, tlsOptions } from './target.ts'

/** The driver reconnects without limit, so a server that closes each connection needs a timeout. */
const MAX_SOCKETS = 3
const CANCEL_MS = 15_000
/** Rows per batch; the next one is fetched when these are on disk. */
const ROWS_AT_ONCE = 2000
const BOOLEAN = 16
const TRUE = 't'.charCodeAt(0)

async function connected<T>(
  target: DatabaseTarget,
  work: (sql: postgres.Sql, pidKnown: (pid: number) => void) => Promise<T>,
): Promise<T> {
  let sockets = 0
  const sql = postgres({
    host: target.host,
    port: target.port,
    database: target.database,
    username: target.user,
    password: target.password,
    ssl: tlsOptions(target) ?? false,
    max: 1,
    connect_timeout: 15,
    fetch_types: false,
    onnotice: () => undefined,
    connection: {
      application_name: 'fleximl',
      // Makes the text of values independent of server settings.
      DateStyle: 'ISO',
      IntervalStyle: 'iso_8601',
      TimeZone: 'UTC',
      extra_float_digits: 1,
      bytea_output: 'hex',
      client_encoding: 'UTF8',
      default_transaction_read_only: true,
    },
    async socket() {
      if (++sockets > MAX_SOCKETS) throw Object.assign(new Error('closed'), { code: 'CONNECTION_CLOSED' })
      return openSocket(target.policy, target)
    },
  } as postgres.Options<Record<string, never>>) as unknown as postgres.Sql
  let pid = 0
  let stopped: Promise<unknown> | undefined
  // Closing the connection does not stop the statement on the server.
  const stop = () => {
    stopped = (pid ? cancel(target, pid).catch(() => undefined) : Promise.resolve()).then(() => sql.end({ timeout: 0 }))
  }
  target.signal.addEventListener('abort', stop, { once: true })
  try {
    target.signal.throwIfAborted()
    return await work(sql, known => {
      pid = known
    })
  } finally {
    target.signal.removeEventListener('abort', stop)
    await stopped
    await sql.end({ timeout: 0 })
  }
}

/** Cancels the statement of the other connection. */
const cancel = (target: DatabaseTarget, pid: number): Promise<unknown> =>
  connected({ ...target, signal: AbortSignal.timeout(CANCEL_MS) }, sql => sql`SELECT pg_cancel_backend(${pid}::int)`)

const failed = (error: unknown, target: DatabaseTarget, work?: QueryWork): Error =>
  target.signal.aborted ? (target.signal.reason as Error) : explainDatabase(error, target, work)

const formatVersion = (version: string) => `PostgreSQL ${version.split(' ')[0]}`

export async function testPostgresql(target: DatabaseTarget): Promise<string> {
  try {
    return await connected(target, async sql => {
      const [row] = await sql<{ version: string; writes: boolean }[]>`
        SELECT current_setting('server_version') AS version, r.rolsuper AS writes FROM pg_roles r WHERE rolname = current_user`
      const warning = row?.writes ? ' It is a superuser: an account that can only read is safer.' : ''
      return `${formatVersion(row?.version ?? '')} answers as ${target.user} on ${target.database}.${warning}`
    })
  } catch (error) {
    throw failed(error, target)
  }
}

async function* batches(query: AsyncIterable<postgres.Row[]>): AsyncGenerator<(Buffer | null)[][]> {
  for await (const rows of query) yield rows as unknown as (Buffer | null)[][]
}

export async function readPostgresql(target: DatabaseTarget, work: QueryWork): Promise<QueryResult> {
  const statement = oneStatement(work.query, 'postgresql')
  try {
    return await connected(target, (sql, pidKnown) =>
      sql.begin('READ ONLY', async tx => {
        await tx.unsafe(`SET LOCAL statement_timeout = ${Math.ceil(work.timeoutSeconds * 1000)}`)
        const [about] = await tx`SELECT current_setting('server_version') AS version, pg_backend_pid() AS pid`
        pidKnown(Number(about?.pid))
        // The parser of the server verifies that this is one statement.
        const described = await tx.unsafe(statement, [], { prepare: true }).describe()
        if (described.types.length > 0)
          throw new AppError('invalid', 'The query has places for values ($1).', { hint: 'Write the values into it.' })
        const columns = described.columns.map(c => ({ name: c.name, type: c.type }))
        requireNames(columns.map(c => c.name))
        const types = await tx<{ oid: number; name: string }[]>`
          SELECT oid::int8::float8 AS oid, format_type(oid, NULL) AS name FROM pg_type
          WHERE oid::text = ANY(string_to_array(${[...new Set(columns.map(c => c.type))].join(',')}, ','))`
        const names = new Map(types.map(t => [Number(t.oid), t.name]))
        const isBoolean = columns.map(c => c.type === BOOLEAN)
        // Booleans are t and f, which a reader may take for text.
        const cell = (value: Buffer | null, i: number) =>
          value === null ? null : isBoolean[i] ? String(value[0] === TRUE) : value.toString('utf8')
        const written = await writeRows(
          batches(tx.unsafe(statement, [], { prepare: true }).raw().cursor(ROWS_AT_ONCE)),
          rows => ({ text: rows.map(row => csvLine(row.map(cell))).join(''), rows: rows.length }),
          {
            path: work.path,
            head: csvLine(columns.map(c => c.name)),
            maxBytes: work.maxBytes,
            signal: target.signal,
            rows: work.progress,
          },
        )
        return {
          columns: columns.map(c => ({ name: c.name, type: names.get(c.type) ?? 'unknown' })),
          ...written,
          server: formatVersion(String(about?.version ?? '')),
        }
      }),
    )
  } catch (error) {
    throw failed(error, target, work)
  }
}
