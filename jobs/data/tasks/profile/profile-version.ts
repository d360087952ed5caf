import { type DuckDbLimits, quoteIdentifier as id, quoteLiteral as text, withDuckDb } from '#server/adapters/duckdb.ts'
import type { VersionColumn } from '#server/data/contract.ts'
import { warnAboutProfile } from '#server/data/index.ts'
import type { ColumnProfile, Profile } from '#server/data/profile/contract.ts'
import { defineTask } from '../../task.ts'
import { profileColumns } from './profile-columns.ts'

const COLUMNS_AT_ONCE = 50
const WIDE = 200
const MAX_PART_CELLS = 20_000_000

export interface ProfileTaskInput {
  /** The Parquet file of the version. */
  path: string
  rows: number
  schema: VersionColumn[]
  limits?: DuckDbLimits
}

export const profileVersionTask = defineTask<ProfileTaskInput, Profile>({
  name: 'profile-version',
  run: ({ path, rows, schema, limits }, { signal, progress }) =>
    withDuckDb({ files: [path], limits, signal }, async db => {
      await db.run(`CREATE VIEW data AS SELECT * FROM read_parquet(${text(path)})`)
      const columns: ColumnProfile[] = []
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
      // Rows are the same when all their cells hash to the same 64 bits.
      const [{ n }] = (
        await db.runAndReadAll('SELECT count(*)::DOUBLE AS n FROM (SELECT hash(data) AS h FROM data GROUP BY 1)')
      ).getRowObjectsJson() as [{ n: number }]
      return warnAboutProfile({ v: 1, rows, duplicateRows: rows - n, columns, warnings: [] }, schema)
    }),
})
