import type { VersionColumn } from '../contract.ts'
import { quoteIdentifier as id, quoteLiteral as text, withDuckDb } from '../duckdb.ts'
import { TableError } from '../errors.ts'
import type { WorkReport } from '../report.ts'
import { readPredicate } from './read-predicate.ts'

/** What a person wrote: a predicate or a pattern. */
export type WrittenCheck = { type: 'sql'; predicate: string } | { type: 'regex'; pattern: string }

const TYPES = { number: 'DOUBLE', integer: 'BIGINT', boolean: 'BOOLEAN', datetime: 'TIMESTAMP', words: 'VARCHAR' }

/** Throws `invalid` for a predicate or pattern that cannot be evaluated on a table with these columns. Reads no file. */
export async function checkWritten(
  { schema, written }: { schema: readonly VersionColumn[]; written: readonly WrittenCheck[] },
  { signal }: Pick<WorkReport, 'signal'>,
): Promise<{ checked: number }> {
  const columns = schema.map(c => c.name)
  await withDuckDb({ limits: { memoryMb: 128, threads: 1 }, signal }, async db => {
    // Bind it to an empty table with the same columns: what fails here would fail in the check.
    await db.run(
      `CREATE TABLE data (${schema.map(c => `${id(c.name)} ${c.stored ? TYPES[c.stored] : 'VARCHAR'}`).join(', ')})`,
    )
    for (const check of written) {
      if (check.type === 'sql') await readPredicate(db, check.predicate, columns)
      const sql =
        check.type === 'sql'
          ? `SELECT (${check.predicate}\n) FROM data`
          : `SELECT regexp_matches('', ${text(check.pattern)})`
      await db.runAndReadAll(sql).catch((error: Error) => {
        throw new TableError('invalid', `It cannot be parsed: ${error.message.split('\n')[0]!.slice(0, 300)}`, {
          hint:
            check.type === 'sql' ? 'Put column names in double quotes and text in single quotes.' : 'Patterns are RE2.',
        })
      })
    }
  })
  return { checked: written.length }
}
