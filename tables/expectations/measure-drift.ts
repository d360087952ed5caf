import { driftOf } from '#ml/drift/drift.ts'
import { describeMissing } from '#ml/drift/missing-share.ts'
import { type CategorySummary, type ColumnSummary, summarizeColumn } from '#ml/drift/summary.ts'
import { MIN_ROWS } from '#ml/drift/tests.ts'
import { psi } from '#ml/drift/two-sample.ts'
import { type DuckDBConnection, quoteIdentifier as id, quoteLiteral as text } from '../duckdb.ts'
import { sqlStoredAs } from '../infer/infer-column.ts'
import { otherOf, unchecked, type ValidateInput } from './check-input.ts'
import { CannotCheck, type PhysicalColumn } from './compile-check.ts'
import type { CheckResult, Expectation } from './contract.ts'
import { describeColumns } from './fetch-offending.ts'
import { numberText } from './messages.ts'

/** Levels counted individually. */
const MAX_LEVELS = 10_000
const TOP_LEVELS = 50

/** Values held as doubles at most; a larger column is sampled uniformly with a fixed seed. */
const MAX_VALUES = 2_000_000

async function numbers(db: DuckDBConnection, path: string, column: PhysicalColumn): Promise<Float64Array> {
  const c = id(column.name)
  const value =
    sqlStoredAs(column.sqlType) === 'datetime' ? `epoch_ms(TRY_CAST(${c} AS TIMESTAMP))::DOUBLE` : `${c}::DOUBLE`
  const parts: number[][] = []
  const result = await db.stream(
    `SELECT * FROM (SELECT ${value} AS v FROM read_parquet(${text(path)})) USING SAMPLE reservoir(${MAX_VALUES} ROWS) REPEATABLE (1)`,
  )
  for (let chunk = await result.fetchChunk(); chunk && chunk.rowCount > 0; chunk = await result.fetchChunk())
    parts.push((chunk.getColumns()[0] as (number | null)[]).map(v => v ?? Number.NaN))
  return Float64Array.from(parts.flat())
}

async function levels(db: DuckDBConnection, path: string, name: string): Promise<CategorySummary> {
  const counted = (
    await db.runAndReadAll(
      `SELECT ${id(name)}::VARCHAR AS level, count(*)::DOUBLE AS n FROM read_parquet(${text(path)}) GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT ${MAX_LEVELS}`,
    )
  ).getRowObjectsJson() as { level: string | null; n: number }[]
  const [whole] = (
    await db.runAndReadAll(
      `SELECT count(*)::DOUBLE AS n, count(${id(name)})::DOUBLE AS present FROM read_parquet(${text(path)})`,
    )
  ).getRowObjectsJson() as [{ n: number; present: number }]
  const top = counted.flatMap((l): [string, number][] => (l.level === null ? [] : [[l.level, l.n]]))
  const kept = top.reduce((sum, [, n]) => sum + n, 0)
  return {
    ...{ kind: 'category', rows: whole.n, missing: whole.n - whole.present, top },
    ...{ other: whole.present - kept, distinct: top.length },
  }
}

/** A baseline counts its fifty most frequent levels individually, like the engine's own summaries. */
function pooled(summary: CategorySummary): CategorySummary {
  const top = summary.top.slice(0, TOP_LEVELS)
  const rest = summary.top.slice(TOP_LEVELS).reduce((sum, [, n]) => sum + n, 0)
  return { ...summary, top, other: summary.other + rest }
}

/** Measures the drift of one column against an earlier version with the engine's drift test. */
export async function measureDrift(
  db: DuckDBConnection,
  input: ValidateInput,
  e: Extract<Expectation, { type: 'drift' }>,
  columns: readonly PhysicalColumn[],
): Promise<CheckResult> {
  const { test, threshold } = e.parameters
  try {
    const other = otherOf(input, e)
    const column = columns.find(c => c.name === e.column)
    if (!column) throw new CannotCheck(`There is no column “${e.column}” in this version.`)
    await db.run(`CREATE OR REPLACE VIEW baseline AS SELECT * FROM read_parquet(${text(other.path)})`)
    const before = (await describeColumns(db, 'baseline')).find(c => c.name === e.column)
    if (!before) throw new CannotCheck(`There is no column “${e.column}” in ${other.label}.`)
    const ordered = (c: PhysicalColumn) => ['number', 'integer', 'datetime'].includes(sqlStoredAs(c.sqlType))
    const asNumbers = ordered(column) && ordered(before)
    if (!asNumbers && test === 'ks')
      throw new CannotCheck(`“${e.column}” has no numbers, which the KS test needs; use psi.`)
    let baseline: ColumnSummary
    let drift: ReturnType<typeof driftOf>
    if (asNumbers) {
      const values = await numbers(db, input.path, column)
      baseline = summarizeColumn({ kind: 'numeric', values: await numbers(db, other.path, before) })
      drift = driftOf(baseline, { kind: 'numeric', values })
      if (test === 'psi' && drift.test === 'ks' && baseline.kind === 'numeric') {
        const window = summarizeColumn({ kind: 'numeric', values }, baseline)
        if (window.kind === 'numeric')
          drift = { ...drift, test: 'psi', threshold: 0.2, statistic: psi(baseline.counts, window.counts) }
      }
    } else {
      baseline = pooled(await levels(db, other.path, e.column))
      drift = driftOf(baseline, await levels(db, input.path, e.column))
    }
    const limit = threshold ?? drift.threshold
    if (drift.missing.drifted) {
      const { baseline: was, current } = drift.missing
      return {
        ...unchecked(e, input.rows, ''),
        observed: current,
        limit: 'missing cells as in the baseline',
        rows: drift.missing.rows,
        sentence: `“${e.column}” has drifted from ${other.label} (${describeMissing({ baseline: was, current })}).`,
      }
    }
    if (!drift.judged)
      return {
        ...unchecked(e, drift.rows, ''),
        sentence: `“${e.column}” cannot be compared with ${other.label}: there are too few values (${numberText(drift.rows)}; ${MIN_ROWS} are needed on both sides).`,
      }
    const passed = !(drift.statistic >= limit && drift.pValue < 0.01)
    const name = drift.test === 'ks' ? 'KS distance' : 'PSI'
    const figures = `${name} ${drift.statistic.toFixed(3)}, limit ${numberText(limit)}, ${numberText(drift.rows)} values`
    return {
      ...unchecked(e, input.rows, ''),
      passed,
      observed: drift.statistic,
      limit: `${name} below ${numberText(limit)}`,
      rows: drift.rows,
      sentence: passed
        ? `“${e.column}” is as in ${other.label} (${figures}).`
        : `“${e.column}” has drifted from ${other.label} (${figures}).`,
    }
  } catch (error) {
    if (!(error instanceof CannotCheck)) throw error
    return unchecked(e, input.rows, error.message)
  }
}
