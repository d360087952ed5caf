import { drizzle, type PostgresJsDatabase } from 'drizzle-orm/postgres-js'
import postgres, { type Sql } from 'postgres'
import * as schema from './schema/index.ts'

export type Schema = typeof schema
/** A pool, or a transaction of one: stores take either as their first argument. */
export type Db = PostgresJsDatabase<Schema>
export type Tx = Parameters<Parameters<Db['transaction']>[0]>[0]
export type Handle = Db | Tx

export interface Database {
  db: Db
  /** The driver, for COPY, LISTEN and statements that Drizzle does not support. */
  sql: Sql
  close(): Promise<void>
}

export interface DatabaseOptions {
  max?: number
  applicationName?: string
  /** Connection timeout in seconds. */
  connectTimeoutSeconds?: number
}

/** Opens a pool. Timestamps are UTC; PostgreSQL cancels statements of a disconnected client. */
export function openDatabase(url: string, options: DatabaseOptions = {}): Database {
  const sql = postgres(url, {
    max: options.max ?? 10,
    connect_timeout: options.connectTimeoutSeconds ?? 10,
    idle_timeout: 60,
    max_lifetime: 30 * 60,
    onnotice: () => undefined,
    connection: { application_name: options.applicationName ?? 'fleximl', TimeZone: 'UTC' },
  })
  return { db: drizzle(sql, { schema, casing: undefined }), sql, close: () => sql.end({ timeout: 5 }) }
}
