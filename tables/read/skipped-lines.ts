import type { DuckDBConnection } from '../duckdb.ts'
import { TableError } from '../errors.ts'
import { type IngestNote, offerCode } from './contract.ts'
import type { PreparedFile } from './read-source.ts'

/** Lines that are kept with the version. */
const MAX_LISTED = 1000
const MAX_TEXT = 300

/** Returns the lines that were left out; throws if they are more than the user allowed. The same line is rejected by each scan. */
export async function skippedLines(
  db: DuckDBConnection,
  allowed: number,
  files: readonly PreparedFile[],
): Promise<IngestNote | undefined> {
  if (allowed === 0) return undefined
  const rows = (
    await db.runAndReadAll(
      `SELECT line::DOUBLE, left(any_value(csv_line), ${MAX_TEXT}) FROM reject_errors GROUP BY line, byte_position ORDER BY 1`,
    )
  ).getRowsJson() as [number, string][]
  if (rows.length === 0) return undefined
  if (rows.length > allowed)
    throw new TableError(
      'invalid',
      `${rows.length} lines of ${files[0]!.name} cannot be read, the first of them line ${rows[0]![0]}; at most ${allowed} may be left out.`,
      {
        hint: 'Repair the file, or allow more.',
        reasonCode: offerCode({ option: 'skipBadLines', value: rows.length }),
      },
    )
  const listed = rows.slice(0, MAX_LISTED)
  return {
    code: 'bad-lines-skipped',
    facts: { lines: listed.map(r => r[0]), total: rows.length, texts: listed.map(r => r[1].trimEnd()) },
  }
}
