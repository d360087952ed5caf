import type { VersionColumn } from '../contract.ts'
import {
  type DuckDBConnection,
  type DuckDbLimits,
  quoteIdentifier as id,
  quoteLiteral as text,
  withDuckDb,
} from '../duckdb.ts'
import type { WorkReport } from '../report.ts'
import { unusedName } from '../unused-name.ts'
import type { ColumnStatistics, Profile } from './contract.ts'
import { profileColumns } from './profile-columns.ts'
import { warnAboutProfile } from './warn-about-profile.ts'

const COLUMNS_AT_ONCE = 100
const WIDE = 200
const MAX_PART_CELLS = 20_000_000

export interface ProfileInput {
  /** Path of the version's Parquet file. */
  path: string
  rows: number
  schema: VersionColumn[]
  limits?: DuckDbLimits
}

/** Profiles every column of a version's file and ranks the warnings. */
export const profileVersion = (
  { path, rows, schema, limits }: ProfileInput,
  { signal, progress }: WorkReport,
): Promise<Profile> =>
  withDuckDb({ files: [path], limits, signal }, async db => {
    const file = `read_parquet(${text(path)})`
    const columns: ColumnStatistics[] = []
    const wide = schema.length > WIDE && rows * COLUMNS_AT_ONCE <= MAX_PART_CELLS
    for (let i = 0; i < schema.length; i += COLUMNS_AT_ONCE) {
      signal.throwIfAborted()
      const block = schema.slice(i, i + COLUMNS_AT_ONCE)
      // Opening a file of thousands of columns costs more than reading fifty of them.
      if (wide) {
        await db.run(
          `CREATE OR REPLACE TEMP TABLE part AS SELECT ${block.map(c => id(c.name)).join(', ')} FROM ${file}`,
        )
        await hashBlock(db, block, i === 0)
      }
      columns.push(...(await profileColumns(db, wide ? 'part' : file, block, rows)))
      progress(columns.length / (schema.length + 1))
    }
    // Rows are equal when all their cells hash to the same 64 bits. The name of a row must not be that of a column.
    const whole = id(unusedName('row', schema))
    const hashes = wide ? 'SELECT hashed FROM row_hashes' : `SELECT hash(${whole}) FROM ${file} AS ${whole}`
    const read = await db.runAndReadAll(`SELECT count(*)::DOUBLE FROM (${hashes} GROUP BY 1)`)
    const [[different]] = read.getRowsJson() as [[number]]
    return warnAboutProfile({ v: 1, rows, duplicateRows: rows - different, columns, warnings: [] }, schema)
  })

/** Hashes the cells of `part` into the hashes of the blocks before it: a wide file is not read a second time. */
async function hashBlock(db: DuckDBConnection, block: readonly VersionColumn[], isFirst: boolean): Promise<void> {
  const cells = block.map(c => `part.${id(c.name)}`).join(', ')
  await db.run(
    isFirst
      ? `CREATE TEMP TABLE row_hashes AS SELECT hash(${cells}) AS hashed FROM part`
      : `CREATE OR REPLACE TEMP TABLE row_hashes AS SELECT hash(row_hashes.hashed, ${cells}) AS hashed FROM row_hashes POSITIONAL JOIN part`,
  )
}
