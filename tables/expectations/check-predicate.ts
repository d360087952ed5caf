import { quoteLiteral as text, withDuckDb } from '../duckdb.ts'
import { TableError } from '../errors.ts'
import { causeOf, unchecked, type ValidateInput } from './check-input.ts'
import type { PhysicalColumn } from './compile-check.ts'
import type { CheckResult, Expectation } from './contract.ts'
import { fetchOffending } from './fetch-offending.ts'
import { shareText } from './messages.ts'
import { readPredicate } from './read-predicate.ts'

/** Resource limits of a user's predicate. */
const SECONDS = 20
const MEMORY_MB = 256

/**
 * Checks a custom predicate. DuckDB's parser must accept it as one expression over a row; it then runs in a separate database that can read
 * only this file, with small memory and time limits. Rows for which it is false offend; null counts as passed.
 */
export async function checkPredicate(
  input: Pick<ValidateInput, 'path' | 'rows'>,
  e: Extract<Expectation, { type: 'sql' }>,
  columns: readonly PhysicalColumn[],
  signal: AbortSignal,
  seconds = SECONDS,
): Promise<CheckResult> {
  const clock = AbortSignal.timeout(seconds * 1000)
  const access = {
    files: [input.path],
    limits: { memoryMb: MEMORY_MB, threads: 1 },
    signal: AbortSignal.any([signal, clock]),
  }
  const { predicate, share } = e.parameters
  try {
    return await withDuckDb(access, async db => {
      await db.run(`CREATE VIEW data AS SELECT * FROM read_parquet(${text(input.path)})`)
      const used = await readPredicate(
        db,
        predicate,
        columns.map(c => c.name),
      )
      const query = async (sql: string) =>
        (await db.runAndReadAll(sql)).getRowObjectsJson() as Record<string, unknown>[]
      const [kind] = await query(`DESCRIBE SELECT (${predicate}\n) FROM data`)
      if (kind!.column_type !== 'BOOLEAN')
        return unchecked(e, input.rows, `The predicate gives ${String(kind!.column_type)}, not true or false.`)
      const offends = `NOT (${predicate}\n)`
      const [counted] = await query(`SELECT count(*)::DOUBLE AS n, count_if(${offends})::DOUBLE AS bad FROM data`)
      const [rows, failingRows] = [Number(counted!.n), Number(counted!.bad)]
      const fitting = rows === 0 ? 1 : (rows - failingRows) / rows
      const passed = fitting >= share
      const [offending] = passed ? [[]] : await fetchOffending(db, input.path, columns, [{ offends, shown: used }])
      const required = share === 1 ? '' : `; at least ${100 * share} % must fit`
      return {
        ...unchecked(e, rows, ''),
        passed,
        observed: fitting,
        limit: predicate,
        failingRows,
        offending: offending!,
        sentence:
          failingRows === 0
            ? `${predicate}: holds for all ${rows} rows.`
            : `${predicate}: does not hold for ${shareText(failingRows, rows, 'row', 'rows')}${required}.`,
      }
    })
  } catch (error) {
    signal.throwIfAborted()
    if (clock.aborted)
      return unchecked(e, input.rows, `The predicate took longer than ${seconds} seconds and was stopped: ${predicate}`)
    if (error instanceof TableError) return unchecked(e, input.rows, error.message)
    return unchecked(e, input.rows, `The predicate could not be checked: ${causeOf(error)}`)
  }
}
