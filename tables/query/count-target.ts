import type { VersionColumn } from '../contract.ts'
import { quoteIdentifier as id, quoteLiteral as text, withDuckDb } from '../duckdb.ts'
import { frameSelect } from '../read/read-frame.ts'
import type { WorkReport } from '../report.ts'

export interface TargetCounts {
  present: number
  /** Different values, counted up to `maxDistinct`. */
  distinct: number
  /** Each value as training reads it, with its rows; only of at most `maxListed` different values. */
  values?: { value: string | number | boolean; rows: number }[]
}

export interface CountTargetInput {
  path: string
  column: VersionColumn
  maxDistinct: number
  maxListed: number
}

/** Counts the cells and the different values of a column over the whole version. */
export async function countTarget(
  { path, column, maxDistinct, maxListed }: CountTargetInput,
  { signal }: Pick<WorkReport, 'signal'>,
): Promise<TargetCounts> {
  const cell = id(column.name)
  const file = `read_parquet(${text(path)})`
  return withDuckDb({ files: [path], limits: { memoryMb: 512, threads: 1 }, signal }, async db => {
    const read = await db.runAndReadAll(
      `SELECT count(${cell})::DOUBLE,
        (SELECT count(*)::DOUBLE FROM (SELECT DISTINCT ${cell} FROM ${file} WHERE ${cell} IS NOT NULL LIMIT ${maxDistinct}))
       FROM ${file}`,
    )
    const [[present, distinct]] = read.getRowsJson() as [[number, number]]
    if (distinct > maxListed) return { present, distinct }
    const listed = await db.runAndReadAll(
      `SELECT value, count(*)::DOUBLE FROM (SELECT ${frameSelect([column])} AS value FROM ${file})
       WHERE value IS NOT NULL GROUP BY 1 ORDER BY 2 DESC, 1`,
    )
    const values = listed.getRowsJson() as [string | number | boolean, number][]
    return { present, distinct, values: values.map(([value, rows]) => ({ value, rows })) }
  })
}
