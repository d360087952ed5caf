import { quoteIdentifier as id, quoteLiteral as text, withDuckDb } from '../duckdb.ts'
import type { WorkReport } from '../report.ts'

export interface TargetCounts {
  present: number
  /** Different values, counted up to `maxDistinct`. */
  distinct: number
}

/** Counts the cells and the different values of a column over the whole version. */
export async function countTarget(
  { path, column, maxDistinct }: { path: string; column: string; maxDistinct: number },
  { signal }: Pick<WorkReport, 'signal'>,
): Promise<TargetCounts> {
  const cell = id(column)
  const file = `read_parquet(${text(path)})`
  return withDuckDb({ files: [path], limits: { memoryMb: 512, threads: 1 }, signal }, async db => {
    const read = await db.runAndReadAll(
      `SELECT count(${cell})::DOUBLE,
        (SELECT count(*)::DOUBLE FROM (SELECT DISTINCT ${cell} FROM ${file} WHERE ${cell} IS NOT NULL LIMIT ${maxDistinct}))
       FROM ${file}`,
    )
    const [[present, distinct]] = read.getRowsJson() as [[number, number]]
    return { present, distinct }
  })
}
