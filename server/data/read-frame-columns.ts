import { quoteIdentifier as id, quoteLiteral as text, withDuckDb } from '#server/adapters/duckdb.ts'
import { AppError } from '#server/kernel/errors.ts'
import type { ProjectScope } from '#server/kernel/scope.ts'
import type { Kernel } from '#server/platform/kernel.ts'
import type { VersionColumn } from './contract.ts'
import { type DatasetVersion, versionById } from './read-datasets.ts'

/** Numbers as doubles, datetimes as milliseconds since 1970 (wall clocks read as UTC), booleans, everything else as text; null: missing. */
export type FrameCell = number | string | boolean | null

export interface FrameColumns {
  version: DatasetVersion
  /** The schema of the columns that are given, in their order. */
  schema: VersionColumn[]
  rows: number
}

/**
 * Streams a version's columns in row order: `onChunk` gets one array per column, up to 2,048 rows at a time, so that no row object
 * and no second copy of the table is made. `columns` limits and orders them; default: all that are not ignored.
 */
export async function readFrameColumns(
  kernel: Kernel,
  scope: ProjectScope,
  versionId: string,
  onChunk: (chunk: FrameCell[][], columns: FrameColumns) => void | Promise<void>,
  options: { columns?: readonly string[]; memoryMb?: number; threads?: number } = {},
): Promise<FrameColumns> {
  const version = await versionById(kernel, scope, versionId)
  const schema = options.columns
    ? options.columns.map(name => {
        const column = version.schema.find(c => c.name === name)
        if (!column) throw new AppError('invalid', `${version.datasetName} v${version.number} has no column “${name}”.`)
        return column
      })
    : version.schema.filter(c => c.role !== 'ignore')
  const answer = { version, schema, rows: version.rows }
  if (schema.length === 0) return answer
  const path = await kernel.blobs.pathOf(version.digest)
  await withDuckDb(
    { files: [path], limits: { memoryMb: options.memoryMb ?? 512, threads: options.threads ?? 1 } },
    async db => {
      const result = await db.stream(frameQuery(path, schema))
      for (let chunk = await result.fetchChunk(); chunk && chunk.rowCount > 0; chunk = await result.fetchChunk())
        await onChunk(chunk.getColumns() as FrameCell[][], answer)
    },
  )
  return answer
}

/** The statement that reads columns of a version's Parquet file as `FrameCell`s, for a process that has only the file. */
export const frameQuery = (path: string, schema: readonly VersionColumn[]): string =>
  `SELECT ${frameSelect(schema)} FROM read_parquet(${text(path)})`

/** The list of a SELECT that gives columns as `FrameCell`s. */
export const frameSelect = (schema: readonly VersionColumn[]): string => schema.map(expression).join(', ')

function expression(column: VersionColumn): string {
  const c = id(column.name)
  if (column.type === 'number' || column.type === 'integer') return `TRY_CAST(${c} AS DOUBLE)`
  // epoch_ms of an instant needs no calendar; of a wall clock it reads UTC.
  if (column.type === 'datetime') return `epoch_ms(TRY_CAST(${c} AS TIMESTAMP))::DOUBLE`
  if (column.type === 'boolean' && (column.stored ?? 'boolean') === 'boolean') return c
  return `${c}::VARCHAR`
}
