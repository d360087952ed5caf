import type { FrameColumnType } from '#ml/index.ts'
import { frameTypeOf, type Schema } from '#ml/index.ts'
import { type DuckDBConnection, quoteIdentifier as id, quoteLiteral as text, withDuckDb } from '#tables/duckdb.ts'

/** Row numbers per statement. */
const PIECE = 20_000

export interface Tables {
  /** The version's Parquet file and the statement that reads it, its columns in the order of `schema`. */
  path: string
  query: string
  schema: Schema
  /** Output folder. */
  folder: string
  memoryMb: number
  threads: number
}

/** Writes each table to `<name>.parquet`: the given rows in the order of the data, without the column `without`. */
export async function writeTables(
  { path, query, schema, folder, memoryMb, threads }: Tables,
  wanted: Record<string, { rows: Int32Array; without?: string }>,
  signal: AbortSignal,
): Promise<void> {
  await withDuckDb({ files: [path], folders: [folder], limits: { memoryMb, threads }, signal }, async db => {
    const places = schema.columns.map((_, k) => `c${k}`)
    for (const [name, { rows, without }] of Object.entries(wanted)) {
      await keepRows(db, rows)
      const columns = schema.columns.flatMap((column, k) =>
        column.name === without ? [] : [`${handedOut(`c${k}`, frameTypeOf(column.type))} AS ${id(column.name)}`],
      )
      await db.run(
        `COPY (SELECT ${columns.join(', ')} FROM (
           SELECT *, row_number() OVER () - 1 AS place FROM (${query}) AS given(${places.join(', ')})
         ) AS numbered WHERE numbered.place IN (SELECT kept.place FROM kept) ORDER BY numbered.place) TO ${text(`${folder}/${name}.parquet`)} (FORMAT parquet)`,
      )
    }
  })
}

/** Converts times from milliseconds to timestamps, as notebooks expect. */
const handedOut = (column: string, type: FrameColumnType) =>
  type === 'datetime' ? `epoch_ms(${column}::BIGINT)` : column

async function keepRows(db: DuckDBConnection, rows: Int32Array): Promise<void> {
  await db.run('CREATE OR REPLACE TEMP TABLE kept (place BIGINT)')
  for (let at = 0; at < rows.length; at += PIECE) {
    await db.run(`INSERT INTO kept SELECT unnest([${rows.subarray(at, at + PIECE).join(',')}])`)
  }
}
