import {
  type DuckDBConnection,
  type DuckDBDataChunk,
  DuckDBInstance,
  type DuckDBValue,
  StatementType,
} from '@duckdb/node-api'

export type { DuckDBConnection }

/** Statement type of a prepared read-only statement. */
export const SELECT_STATEMENT = StatementType.SELECT

/** Returns the rows of a chunk. Values other than numbers, text and booleans are formatted as DuckDB prints them. */
export function* rowsOf(chunk: DuckDBDataChunk): Generator<DuckDBValue[]> {
  for (let row = 0; row < chunk.rowCount; row++) yield chunk.getRowValues(row)
}

export interface DuckDbLimits {
  memoryMb?: number
  threads?: number
  /** DuckDB's spill directory, limited to `temporaryMb`. */
  temporaryFolder?: string
  temporaryMb?: number
}

export const quoteLiteral = (text: string): string => `'${text.replaceAll("'", "''")}'`
export const quoteIdentifier = (name: string): string => `"${name.replaceAll('"', '""')}"`

/**
 * Opens DuckDB; the only place that does. Only the given files and folders are accessible: external access is off, extensions are neither
 * installed nor loaded, limits are set, and the configuration is locked before the caller's first statement.
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

/**
 * Streams a query of DOUBLE columns as typed arrays of up to 2,048 rows without allocating a value per cell. Null cells hold undefined
 * bytes: `coalesce` them to NaN.
 */
export async function streamDoubles(
  db: DuckDBConnection,
  sql: string,
  onChunk: (columns: Float64Array[], rows: number) => void,
): Promise<void> {
  const result = await db.stream(sql)
  for (let chunk = await result.fetchChunk(); chunk && chunk.rowCount > 0; chunk = await result.fetchChunk()) {
    const columns = Array.from({ length: chunk.columnCount }, (_, i) => {
      // The vector's buffer is not part of DuckDB's declared types; the fallback copies cell by cell.
      const vector = chunk.getColumnVector(i) as unknown as { items?: unknown; toArray(): (number | null)[] }
      return vector.items instanceof Float64Array
        ? vector.items
        : Float64Array.from(vector.toArray(), v => v ?? Number.NaN)
    })
    onChunk(columns, chunk.rowCount)
  }
}
