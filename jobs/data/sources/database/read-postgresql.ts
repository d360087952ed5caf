import type { Readable } from 'node:stream'
import postgres from 'postgres'
import { AppError } from '#server/kernel/errors.ts'
import { openSocket } from '#server/kernel/outgoing/index.ts'
import { explainDatabase } from './explain-database.ts'
import { csvLine, writeRows } from './file-sink.ts'
import { oneStatement } from './one-statement.ts'
import { type DatabaseTarget, type QueryResult, type QueryWork, requireNames, tlsOptions } from './target.ts'

/** A server that closes each connection at once would be called for ever: the driver tries again without end. */
const MAX_SOCKETS = 3
const BOOLEAN = 16

async function connected<T>(target: DatabaseTarget, work: (sql: postgres.Sql) => Promise<T>): Promise<T> {
  let sockets = 0
  const options = {
    host: target.host,
    port: target.port,
    database: target.database,
    username: target.user,
    password: target.password,
    ssl: tlsOptions(target) ?? false,
    max: 1,
    connect_timeout: 15,
    idle_timeout: 0,
    fetch_types: false,
    onnotice: () => undefined,
    connection: {
      application_name: 'fleximl',
      // Text of values as it does not depend on how the server is set.
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
  }
  const sql = postgres(options)
  const stop = () => void sql.end({ timeout: 0 })
  target.signal.addEventListener('abort', stop, { once: true })
  try {
    target.signal.throwIfAborted()
    return await work(sql)
  } finally {
    target.signal.removeEventListener('abort', stop)
    await sql.end({ timeout: 0 })
  }
}

const failed = (error: unknown, target: DatabaseTarget, work?: QueryWork): Error =>
  target.signal.aborted ? (target.signal.reason as Error) : explainDatabase(error, target, work)

const versionWords = (version: string) => `PostgreSQL ${version.split(' ')[0]}`

export async function testPostgresql(target: DatabaseTarget): Promise<string> {
  try {
    return await connected(target, async sql => {
      const [row] = await sql<{ version: string; writes: boolean }[]>`
        SELECT current_setting('server_version') AS version, r.rolsuper AS writes FROM pg_roles r WHERE rolname = current_user`
      const warning = row?.writes ? ' It is a superuser: an account that can only read is safer.' : ''
      return `${versionWords(row?.version ?? '')} answers as ${target.user} on ${target.database}.${warning}`
    })
  } catch (error) {
    throw failed(error, target)
  }
}

const quoted = (name: string) => `"${name.replaceAll('"', '""')}"`

export async function readPostgresql(target: DatabaseTarget, work: QueryWork): Promise<QueryResult> {
  const statement = oneStatement(work.query, 'postgresql')
  try {
    return await connected(target, sql =>
      sql.begin('READ ONLY', async tx => {
        await tx.unsafe(`SET LOCAL statement_timeout = ${Math.ceil(work.timeoutSeconds * 1000)}`)
        const [about] = await tx`SELECT current_setting('server_version') AS version`
        // The server's own parser proves that this is one whole statement, before it is put between parentheses.
        const described = await tx.unsafe(statement, [], { prepare: true }).describe()
        if (described.types.length > 0)
          throw new AppError('invalid', 'The query has places for values ($1).', { hint: 'Write the values into it.' })
        const columns = described.columns.map(c => ({ name: c.name, type: c.type }))
        requireNames(columns.map(c => c.name))
        const types = await tx<{ oid: number; name: string }[]>`
          SELECT oid::int8::float8 AS oid, format_type(oid, NULL) AS name FROM pg_type
          WHERE oid = ANY(${`{${[...new Set(columns.map(c => c.type))].join(',')}}`}::oid[])`
        const names = new Map(types.map(t => [Number(t.oid), t.name]))
        const list = columns.map((c, i) =>
          // Booleans come as t and f otherwise, which a reader may take for words.
          c.type === BOOLEAN ? `CASE c${i} WHEN true THEN 'true' WHEN false THEN 'false' END` : `c${i}`,
        )
        const aliases = columns.map((_, i) => `c${i}`).join(', ')
        const copy = `COPY (SELECT ${list.join(', ')} FROM (\n${statement}\n) AS ${quoted('query')}(${aliases})) TO STDOUT (FORMAT csv, ENCODING 'UTF8')`
        const query = tx.unsafe(copy)
        const stream = (await query.readable()) as Readable
        const written = await writeRows<Buffer>(stream, row => row, {
          path: work.path,
          head: csvLine(columns.map(c => c.name)),
          maxBytes: work.maxBytes,
          signal: target.signal,
          rows: work.progress,
        })
        return {
          columns: columns.map(c => ({ name: c.name, type: names.get(c.type) ?? 'unknown' })),
          ...written,
          server: versionWords(String(about?.version ?? '')),
        }
      }),
    )
  } catch (error) {
    throw failed(error, target, work)
  }
}
