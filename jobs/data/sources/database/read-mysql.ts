import type { Readable } from 'node:stream'
import mysql from 'mysql2'
import { openSocket } from '#server/adapters/outgoing/index.ts'
import { explainDatabase } from './explain-database.ts'
import { csvLine, writeRows } from './file-sink.ts'
import { mysqlCell } from './mysql-cell.ts'
import { oneStatement } from './one-statement.ts'
import { type DatabaseTarget, type QueryResult, type QueryWork, requireNames, tlsOptions } from './target.ts'

const CONNECT_MS = 15_000
const QUIT_MS = 2000

const select = <R>(connection: mysql.Connection, sql: string): Promise<R[]> =>
  new Promise((resolve, reject) => {
    connection.query({ sql, rowsAsArray: false }, (error, rows) => (error ? reject(error) : resolve(rows as R[])))
  })

async function open(target: DatabaseTarget): Promise<mysql.Connection> {
  const socket = await openSocket(target.policy, target)
  const connection = mysql.createConnection({
    host: target.host,
    port: target.port,
    database: target.database,
    user: target.user,
    password: target.password,
    ssl: tlsOptions(target),
    stream: socket,
    charset: 'utf8mb4',
    connectTimeout: CONNECT_MS,
    multipleStatements: false,
    // Otherwise the server could request a file of this machine.
    infileStreamFactory: () => {
      throw new Error('no files are sent')
    },
    flags: ['-LOCAL_FILES'],
    disableEval: true,
  })
  await new Promise<void>((resolve, reject) => {
    // The server sends no greeting, or uses another protocol.
    const timer = setTimeout(() => fail(Object.assign(new Error('timeout'), { code: 'ETIMEDOUT' })), CONNECT_MS)
    const fail = (error: Error) => {
      clearTimeout(timer)
      target.signal.removeEventListener('abort', stop)
      connection.destroy()
      reject(error)
    }
    const stop = () => fail(target.signal.reason as Error)
    target.signal.addEventListener('abort', stop, { once: true })
    connection.once('error', fail)
    connection.connect(error => {
      if (error) return fail(error)
      clearTimeout(timer)
      target.signal.removeEventListener('abort', stop)
      connection.off('error', fail)
      // The running statement receives the error.
      connection.on('error', () => undefined)
      resolve()
    })
  })
  return connection
}

/** Kills the statement on the server, because closing the connection does not stop it. */
async function kill(target: DatabaseTarget, threadId: number): Promise<void> {
  const other = await open({ ...target, signal: AbortSignal.timeout(CONNECT_MS) })
  try {
    await select(other, `KILL QUERY ${Number(threadId)}`)
  } finally {
    other.destroy()
  }
}

const failed = (error: unknown, target: DatabaseTarget, work?: QueryWork): Error =>
  target.signal.aborted ? (target.signal.reason as Error) : explainDatabase(error, target, work)

async function connected<T>(target: DatabaseTarget, work: (c: mysql.Connection) => Promise<T>, of?: QueryWork) {
  let connection: mysql.Connection | undefined
  let killed: Promise<void> | undefined
  const stop = () => {
    const id = connection?.threadId
    killed = id ? kill(target, id).catch(() => undefined) : undefined
    connection?.destroy()
  }
  try {
    target.signal.throwIfAborted()
    connection = await open(target)
    target.signal.addEventListener('abort', stop, { once: true })
    return await work(connection)
  } catch (error) {
    throw failed(error, target, of)
  } finally {
    target.signal.removeEventListener('abort', stop)
    await killed
    await quit(connection)
  }
}

async function quit(connection: mysql.Connection | undefined): Promise<void> {
  if (!connection) return
  const timer = setTimeout(() => connection.destroy(), QUIT_MS)
  await new Promise<void>(resolve => {
    connection.end(() => resolve())
    connection.once('end', () => resolve())
    setTimeout(resolve, QUIT_MS).unref()
  })
  clearTimeout(timer)
  connection.destroy()
}

const formatServer = (version: string) =>
  /mariadb/i.test(version)
    ? `MariaDB ${version.replace(/^5\.5\.5-/, '').replace(/-MariaDB.*$/i, '')}`
    : `MySQL ${version.split('-')[0]}`

export const testMysql = (target: DatabaseTarget): Promise<string> =>
  connected(target, async c => {
    const [row] = await select<{ version: string }>(c, 'SELECT VERSION() AS version')
    return `${formatServer(row?.version ?? '')} answers as ${target.user} on ${target.database}.`
  })

export async function readMysql(target: DatabaseTarget, work: QueryWork): Promise<QueryResult> {
  const statement = oneStatement(work.query, 'mysql')
  return connected(
    target,
    async c => {
      const [about] = await select<{ version: string }>(c, 'SELECT VERSION() AS version')
      const version = about?.version ?? ''
      // Timestamps in UTC, and quoted text as `oneStatement` parsed it.
      await select(c, "SET SESSION time_zone = '+00:00', sql_mode = REPLACE(@@sql_mode, 'NO_BACKSLASH_ESCAPES', '')")
      await select(
        c,
        /mariadb/i.test(version)
          ? `SET SESSION max_statement_time = ${Math.ceil(work.timeoutSeconds)}`
          : `SET SESSION max_execution_time = ${Math.ceil(work.timeoutSeconds * 1000)}`,
      )
      await select(c, 'START TRANSACTION READ ONLY')
      const query = c.query({ sql: statement, rowsAsArray: true, typeCast: field => field.buffer() })
      const fields = new Promise<mysql.FieldPacket[]>((resolve, reject) => {
        query.once('fields', resolve)
        query.once('error', reject)
        query.once('end', () => resolve([]))
      })
      // Buffers rows; the socket pauses while it is full.
      const rows = query.stream({ highWaterMark: 500 }) as Readable
      rows.on('error', () => undefined)
      const columns = await fields
      requireNames(columns.map(f => f.name))
      const cells = columns.map(mysqlCell)
      const written = await writeRows<(Buffer | null)[]>(
        rows,
        row => ({ text: csvLine(row.map((value, i) => cells[i]!.text(value))), rows: 1 }),
        {
          path: work.path,
          head: csvLine(columns.map(f => f.name)),
          maxBytes: work.maxBytes,
          signal: target.signal,
          rows: work.progress,
        },
      )
      for (const [i, cell] of cells.entries())
        if (cell.zeroDates() > 0)
          work.line('warn', `${columns[i]!.name}: ${cell.zeroDates()} dates of all zeros are read as missing.`)
      return {
        columns: columns.map((f, i) => ({ name: f.name, type: cells[i]!.type })),
        ...written,
        server: formatServer(version),
      }
    },
    work,
  )
}
