import { join } from 'node:path'
import type { OutgoingPolicy } from '#server/adapters/outgoing/index.ts'
import type { Secrets, SettingsOf } from '#server/data/sources/contract.ts'
import type { SourceAdapter } from '../adapter.ts'
import { readMysql, testMysql } from './read-mysql.ts'
import { readPostgresql, testPostgresql } from './read-postgresql.ts'
import type { DatabaseTarget } from './target.ts'

const TIMEOUT_SECONDS = 3600
const WORDS_OF_QUERY = 200

const targetOf = (
  s: SettingsOf<'database'>,
  secrets: Secrets,
  policy: OutgoingPolicy,
  signal: AbortSignal,
): DatabaseTarget => ({
  host: s.host,
  port: s.port,
  database: s.database,
  user: s.user,
  password: secrets.password ?? '',
  tls: s.tls,
  ca: secrets.ca || undefined,
  policy,
  signal,
})

/** Reads PostgreSQL, MySQL and MariaDB with one read-only query. */
export const databaseAdapter: SourceAdapter<'database'> = {
  kind: 'database',
  test(settings, secrets, policy, signal) {
    const target = targetOf(settings, secrets, policy, signal)
    return settings.engine === 'postgres' ? testPostgresql(target) : testMysql(target)
  },
  async fetch(settings, secrets, { folder, policy, signal, progress, line, limits }) {
    const target = targetOf(settings, secrets, policy, signal)
    const path = join(folder, 'query.csv')
    const read = settings.engine === 'postgres' ? readPostgresql : readMysql
    const { columns, rows, bytes, digest, server } = await read(target, {
      query: settings.query,
      path,
      timeoutSeconds: TIMEOUT_SECONDS,
      maxBytes: limits.maxBytes,
      // The total is unknown.
      progress: count => progress(0, `${count} rows`),
      line,
    })
    line('info', `${server} delivered ${rows} rows of ${columns.length} columns, ${bytes} bytes as CSV.`)
    const query = settings.query.replace(/\s+/g, ' ').trim()
    return {
      files: [{ path, name: 'query.csv' }],
      digest,
      origin: {
        v: 1,
        kind: 'database',
        engine: settings.engine,
        host: settings.host,
        port: settings.port,
        database: settings.database,
        query: settings.query,
        server,
        columns,
        rows,
      },
      words: `${query.length > WORDS_OF_QUERY ? `${query.slice(0, WORDS_OF_QUERY)}…` : query} from ${settings.database} on ${settings.host}`,
    }
  },
}
