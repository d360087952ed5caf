import type { VersionColumn } from '#server/data/contract.ts'
import type { DatasetVersion } from '#server/data/index.ts'
import { quoteIdentifier as id } from '#server/kernel/duckdb.ts'
import type { Kernel } from '#server/kernel/kernel.ts'
import { queryVersion } from './inspect-target.ts'

/** Fewer rows per value than this, and a column may settle the target by chance, as every identifier does. */
const ROWS_PER_VALUE = 10
/** So many rows have to differ from the most common target for a column that settles it to be no coincidence. */
const UNCOMMON_ROWS = 10
const SAMPLE_ROWS = 2000

const isNumeric = (type: string) => type === 'number' || type === 'integer'

/** Columns that are the target in other words (`alive` of `survived`), or a number that is it in another unit. */
export async function findTellers(
  kernel: Kernel,
  version: DatasetVersion,
  target: VersionColumn,
  columns: readonly VersionColumn[],
): Promise<Map<string, string>> {
  const found = new Map<string, string>()
  const t = id(target.name)
  const coarse = columns.filter(c => c.distinct > 1 && c.distinct * ROWS_PER_VALUE <= version.rows)
  const lines = isNumeric(target.type) ? columns.filter(c => isNumeric(c.type)) : []
  const settles = (c: VersionColumn) => `count(DISTINCT row(${id(c.name)}, ${t})) = count(DISTINCT row(${id(c.name)}))`
  // Almost every column is cleared by the first rows; only the others are looked at in all of them.
  const questions = [
    ...coarse.map(column => ({
      column,
      ask: settles(column),
      words: `tells ${target.name} outright: each of its values occurs with one value of ${target.name} only`,
    })),
    ...lines.map(column => ({
      column,
      ask: `coalesce(abs(corr(${id(column.name)}::DOUBLE, ${t}::DOUBLE)) > 1 - 1e-12 AND count(${id(column.name)}) >= ${UNCOMMON_ROWS}, false)`,
      words: `is ${target.name} in another unit: a straight line leads from one to the other`,
    })),
  ]
  const holding = async (asked: typeof questions, rows: string) => {
    if (asked.length === 0) return []
    const sql = `SELECT ${asked.map((q, i) => `${q.ask} AS c${i}`).join(', ')} FROM ${rows}`
    const [answer] = await queryVersion<boolean>(kernel, version, sql)
    return asked.filter((_, i) => answer![`c${i}`])
  }
  const present = `data WHERE ${t} IS NOT NULL`
  const suspects = await holding(questions, `(SELECT * FROM ${present} LIMIT ${SAMPLE_ROWS})`)
  if (suspects.length === 0) return found
  const [uncommon] = await queryVersion<number>(
    kernel,
    version,
    `SELECT (sum(n) - max(n))::DOUBLE AS n FROM (SELECT count(*) AS n FROM ${present} GROUP BY ${t})`,
  )
  if ((uncommon?.n ?? 0) < UNCOMMON_ROWS) return found
  for (const { column, words } of await holding(suspects, present)) found.set(column.name, words)
  return found
}
