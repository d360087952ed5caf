import type { VersionColumn } from '../contract.ts'
import { quoteIdentifier as id, quoteLiteral as text, withDuckDb } from '../duckdb.ts'
import { type FrameCell, frameSelect } from '../read/read-frame.ts'
import type { WorkReport } from '../report.ts'

export interface SampleRequest {
  path: string
  columns: readonly VersionColumn[]
  rows: number
  /** Longer text is cut. */
  characters: number
}

/** Reads a reproducible sample of rows, one array per column. */
export async function sampleRows(
  { path, columns, rows, characters }: SampleRequest,
  { signal }: Pick<WorkReport, 'signal'>,
): Promise<FrameCell[][]> {
  const sampled = (column: VersionColumn) =>
    column.type === 'text' ? `left(${id(column.name)}::VARCHAR, ${characters})` : frameSelect([column])
  return withDuckDb({ files: [path], limits: { memoryMb: 256, threads: 1 }, signal }, async db => {
    const read = await db.runAndReadAll(
      `SELECT ${columns.map(sampled).join(', ')} FROM (FROM read_parquet(${text(path)}) USING SAMPLE reservoir(${rows} ROWS) REPEATABLE (1))`,
    )
    return read.getColumns() as FrameCell[][]
  })
}
