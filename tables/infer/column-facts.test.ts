import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { quoteIdentifier as id, withDuckDb } from '../duckdb.ts'
import { columnFacts } from './column-facts.ts'
import { FEW_ROWS } from './count-values.ts'

const COLUMNS = {
  whole: 'i % 37',
  real: "CASE i % 5 WHEN 0 THEN 0.0 WHEN 1 THEN -0.0 WHEN 2 THEN 'nan'::DOUBLE WHEN 3 THEN NULL ELSE i / 7.0 END",
  flag: 'CASE WHEN i % 4 > 0 THEN i % 3 = 0 END',
  words: "CASE WHEN i % 7 > 0 THEN 'it''s “ü” ' || (i % 11) END",
  long: "'row ' || i",
  when: "TIMESTAMP '2026-01-01' + INTERVAL (i % 20) HOUR",
  instant: "TIMESTAMPTZ '2026-01-01 00:00:00+00' + INTERVAL (i % 20) HOUR",
  empty: 'NULL::VARCHAR',
  same: "'one'",
  blank: "CASE WHEN i % 2 = 0 THEN '' ELSE ' ' END",
}

describe('facts about columns', () => {
  for (const rows of [0, 5, 600, FEW_ROWS, FEW_ROWS + 1, 5000])
    it(`distinct values and levels of ${rows} rows are those that each column has alone`, () =>
      withDuckDb({ limits: { threads: 1 } }, async db => {
        await db.run(
          `CREATE TABLE facts_of AS SELECT ${Object.entries(COLUMNS).map(([name, sql]) => `${sql} AS ${id(name)}`)} FROM range(${rows}) r(i)`,
        )
        const one = async (sql: string) => (await db.runAndReadAll(sql)).getRowsJson() as [string | number][]
        for (const { name, distinct, missing, levels, sqlType } of await columnFacts(db, 'facts_of', rows)) {
          const c = id(name)
          assert.equal(distinct, (await one(`SELECT count(DISTINCT ${c})::DOUBLE FROM facts_of`))[0]![0], name)
          assert.equal(missing, (await one(`SELECT (count(*) - count(${c}))::DOUBLE FROM facts_of`))[0]![0], name)
          const listed = distinct <= 200 && (sqlType === 'VARCHAR' || sqlType === 'BOOLEAN' || distinct <= 2)
          const expected = listed
            ? await one(
                `SELECT ${c}::VARCHAR FROM facts_of WHERE ${c} IS NOT NULL GROUP BY 1 ORDER BY count(*) DESC, 1`,
              )
            : []
          assert.deepEqual(
            levels,
            expected.map(row => row[0]),
            name,
          )
        }
      }))
})
