import {
  type DuckDBConnection,
  type DuckDBDataChunk,
  DuckDBInstance,
  type Json,
  JsonDuckDBValueConverter,
  StatementType,
} from '@duckdb/node-api'

export type { DuckDBConnection }

/** The type of a prepared statement that only reads. */
export const SELECT_STATEMENT = StatementType.SELECT

/** Rows of a chunk one after the other, their cells as JSON; 64-bit numbers and decimals as text. */
export function* rowsAsJson(chunk: DuckDBDataChunk): Generator<(Json | null)[]> {
  for (let row = 0; row < chunk.rowCount; row++) yield chunk.convertRowValues(row, JsonDuckDBValueConverter)
}

export interface DuckDbLimits {
  memoryMb?: number
  threads?: number
  /** Where DuckDB may spill; within `temporaryMb`. */
  temporaryFolder?: string
  temporaryMb?: number
}

export const quoteLiteral = (text: string): string => `'${text.replaceAll("'", "''")}'`
export const quoteIdentifier = (name: string): string => `"${name.replaceAll('"', '""')}"`

/**
 * The one place that opens DuckDB. Only the named files and folders can be touched: external access is off, extensions are neither
 * installed nor loaded, limits are set, and the configuration is locked before the first statement of the caller.
 */
export async function withDuckDb<T>(
  access: { files?: string[]; folders?: string[]; limits?: DuckDbLimits; signal?: AbortSignal },
  work: (connection: DuckDBConnection) => Promise<T>,
): Promise<T> {
  const { limits = {} } = access
  const instance = await DuckDBInstance.create(':memory:', {
    threads: String(limits.threads ?? 2),
    max_memory: `${limits.memoryMb ?? 1024}MB`,
    autoinstall_known_extensions: 'false',
    autoload_known_extensions: 'false',
    allow_unsigned_extensions: 'false',
  })
  const connection = await instance.connect()
  const interrupt = () => connection.interrupt()
  access.signal?.addEventListener('abort', interrupt)
  try {
    const folders = [...(access.folders ?? []), ...(limits.temporaryFolder ? [limits.temporaryFolder] : [])]
    if (access.files?.length) await connection.run(`SET allowed_paths = [${access.files.map(quoteLiteral).join(', ')}]`)
    if (folders.length)
      await connection.run(
        `SET allowed_directories = [${folders.map(f => quoteLiteral(f.endsWith('/') ? f : `${f}/`)).join(', ')}]`,
      )
    await connection.run("SET TimeZone = 'UTC'")
    await connection.run(`SET temp_directory = ${quoteLiteral(limits.temporaryFolder ?? '')}`)
    if (limits.temporaryFolder)
      await connection.run(`SET max_temp_directory_size = '${limits.temporaryMb ?? 20_000}MB'`)
    await connection.run('SET enable_external_access = false')
    await connection.run('SET lock_configuration = true')
    access.signal?.throwIfAborted()
    return await work(connection)
  } finally {
    access.signal?.removeEventListener('abort', interrupt)
    connection.closeSync()
    instance.closeSync()
  }
}
