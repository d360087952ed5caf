import type { VersionColumn } from '../contract.ts'
import { type DuckDbLimits, quoteIdentifier as id, quoteLiteral as text, withDuckDb } from '../duckdb.ts'
import type { WorkReport } from '../report.ts'
import { unusedName } from '../unused-name.ts'
import type { ColumnStatistics, Profile } from './contract.ts'
import { profileColumns } from './profile-columns.ts'
import { warnAboutProfile } from './warn-about-profile.ts'

const COLUMNS_AT_ONCE = 50
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
    await db.run(`CREATE VIEW data AS SELECT * FROM read_parquet(${text(path)})`)
    const columns: ColumnStatistics[] = []
    const wide = schema.length > WIDE && rows * COLUMNS_AT_ONCE <= MAX_PART_CELLS
    for (let i = 0; i < schema.length; i += COLUMNS_AT_ONCE) {
      signal.throwIfAborted()
      const block = schema.slice(i, i + COLUMNS_AT_ONCE)
      // Opening a file of thousands of columns costs more than reading fifty of them.
      if (wide)
        await db.run(`CREATE OR REPLACE TEMP TABLE part AS SELECT ${block.map(c => id(c.name)).join(', ')} FROM data`)
      columns.push(...(await profileColumns(db, wide ? 'part' : 'data', block, rows)))
      progress(columns.length / (schema.length + 1))
    }
    // Rows are equal when all their cells hash to the same 64 bits. The name of a row must not be that of a column.
    const whole = id(unusedName('row', schema))
    const [{ n }] = (
      await db.runAndReadAll(
        `SELECT count(*)::DOUBLE AS n FROM (SELECT hash(${whole}) AS h FROM data AS ${whole} GROUP BY 1)`,
      )
    ).getRowObjectsJson() as [{ n: number }]
    return warnAboutProfile({ v: 1, rows, duplicateRows: rows - n, columns, warnings: [] }, schema)
  })
