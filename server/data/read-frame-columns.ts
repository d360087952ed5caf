import { AppError } from '#server/kernel/errors.ts'
import type { ProjectScope } from '#server/kernel/scope.ts'
import type { Kernel } from '#server/platform/kernel.ts'
import { withDuckDb } from '#tables/duckdb.ts'
import { type FrameCell, frameQuery } from '#tables/read/read-frame.ts'
import type { VersionColumn } from './contract.ts'
import { type DatasetVersion, versionById } from './read-datasets.ts'

export interface FrameColumns {
  version: DatasetVersion
  /** The schema of the returned columns, in their order. */
  schema: VersionColumn[]
  rows: number
}

/**
 * Streams a version's columns in row order: `onChunk` gets one array per column, up to 2,048 rows at a time, without row objects or a
 * second copy of the table. `columns` selects and orders them; default: all that are not ignored.
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
