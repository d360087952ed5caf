import type { VersionColumn } from '../contract.ts'
import { type DuckDBConnection, quoteIdentifier as id } from '../duckdb.ts'
import type { LeakFinding, LeakSplit } from './contract.ts'
import { duplicateFinding, groupFinding } from './make-findings.ts'
import { numberedRows } from './read-sample.ts'

/** Returns columns that may link rows: with enough values to identify entities rather than kinds. */
const MIN_GROUPS = 20
const ROWS_PER_GROUP = 1.2
const MAX_GROUP_COLUMNS = 20

/** Finds rows and groups that a split would put on both sides. The test part is one fifth: the last by time, or chosen by hash. */
export async function crossSplit(
  db: DuckDBConnection,
  input: {
    path: string
    schema: readonly VersionColumn[]
    target: string
    rows: number
    split: LeakSplit
    seed: number
  },
): Promise<LeakFinding[]> {
  const { from, row } = numberedRows(input.path, input.schema)
  const time = input.schema.find(c => c.role === 'time')
  const group = input.schema.find(c => c.role === 'group')
  const t = id(input.target)
  const one = async (sql: string) => ((await db.runAndReadAll(sql)).getRowObjectsJson() as Record<string, number>[])[0]!
  let test = `hash(${row} + ${input.seed}) % 5 = 0`
  if (input.split === 'time' && time) {
    // The last fifth by time; rows with equal times stay together.
    const [cut] = (
      await db.runAndReadAll(
        `SELECT quantile_disc(${id(time.name)}, 0.8)::VARCHAR AS cut FROM ${from} WHERE ${t} IS NOT NULL`,
      )
    ).getRowObjectsJson() as { cut: string | null }[]
    if (cut?.cut)
      test = `coalesce(${id(time.name)} > (SELECT quantile_disc(${id(time.name)}, 0.8) FROM ${from} WHERE ${t} IS NOT NULL), false)`
  } else if (input.split === 'group' && group) test = `hash(${id(group.name)}) % 5 = 0`
  const findings: LeakFinding[] = []
  const features = input.schema.filter(
    c => c.name !== input.target && c.role !== 'id' && c.role !== 'ignore' && c.role !== 'weight',
  )
  if (features.length > 0) {
    const facts = await one(
      `SELECT coalesce(sum(n) FILTER (WHERE n > 1), 0)::DOUBLE AS duplicates, coalesce(sum(tested) FILTER (WHERE tested < n), 0)::DOUBLE AS across, coalesce(sum(tested), 0)::DOUBLE AS tests
       FROM (SELECT count(*) AS n, count_if(${test}) AS tested FROM ${from} WHERE ${t} IS NOT NULL
         GROUP BY hash(${[...features.map(c => id(c.name)), t].join(', ')}))`,
    )
    const found = duplicateFinding(
      {
        rows: input.rows,
        duplicates: facts.duplicates!,
        across: facts.across!,
        testRows: facts.tests!,
        kinds: input.schema
          .filter(c => c.name === input.target || features.includes(c))
          .reduce((product, c) => product * Math.max(1, c.distinct), 1),
      },
      input.split,
    )
    if (found) findings.push(found)
  }
  const binding = input.schema.filter(
    c =>
      c.name !== input.target &&
      (c.role === 'group' || c.role === 'id') &&
      c.distinct >= MIN_GROUPS &&
      c.distinct * ROWS_PER_GROUP <= input.rows - c.missing,
  )
  for (const column of binding.slice(0, MAX_GROUP_COLUMNS)) {
    const facts = await one(
      `SELECT count(*)::DOUBLE AS groups, coalesce(sum(tested) FILTER (WHERE tested < n), 0)::DOUBLE AS across, coalesce(sum(tested), 0)::DOUBLE AS tests
       FROM (SELECT count(*) AS n, count_if(${test}) AS tested FROM ${from} WHERE ${id(column.name)} IS NOT NULL AND ${t} IS NOT NULL GROUP BY ${id(column.name)})`,
    )
    const found = groupFinding(
      column.name,
      { groups: facts.groups!, across: facts.across!, testRows: facts.tests!, isGroup: column.role === 'group' },
      input.split,
    )
    if (found) findings.push(found)
  }
  return findings
}
