import { type DuckDBConnection, quoteLiteral as text, withDuckDb } from '../duckdb.ts'
import { TableError } from '../errors.ts'
import type { WorkReport } from '../report.ts'
import { causeOf, otherOf, unchecked, type ValidateInput } from './check-input.ts'
import { checkPredicate } from './check-predicate.ts'
import {
  CannotCheck,
  type CompiledCheck,
  compileCheck,
  compileReferential,
  type Measured,
  type PhysicalColumn,
} from './compile-check.ts'
import type { CheckResult, Expectation, ValidationBody } from './contract.ts'
import { describeColumns, fetchOffending, rowsOf } from './fetch-offending.ts'
import { measureDrift } from './measure-drift.ts'

interface Prepared {
  expectation: Expectation
  compiled: CompiledCheck
}

/** Runs one query for the aggregates of all checks; equal expressions are evaluated once. */
async function measure(db: DuckDBConnection, checks: readonly Prepared[]): Promise<Measured[]> {
  const names = new Map<string, string>()
  for (const { compiled } of checks)
    for (const sql of Object.values(compiled.aggregates)) if (!names.has(sql)) names.set(sql, `a${names.size}`)
  if (names.size === 0) return checks.map(() => ({}))
  // DuckDB returns counts as 64-bit integers.
  const list = [...names].map(([sql, name]) => `${/^count/.test(sql) ? `(${sql})::DOUBLE` : sql} AS ${name}`)
  const [row] = await rowsOf<Measured>(db, `SELECT ${list.join(', ')} FROM data`)
  return checks.map(({ compiled }) =>
    Object.fromEntries(Object.entries(compiled.aggregates).map(([key, sql]) => [key, row![names.get(sql)!] ?? null])),
  )
}

/** One scan for all checks. If it fails, each check runs alone, so that only the faulty one is reported. */
async function measureAll(
  db: DuckDBConnection,
  checks: readonly Prepared[],
  signal: AbortSignal,
): Promise<(Measured | string)[]> {
  try {
    return await measure(db, checks)
  } catch {
    signal.throwIfAborted()
    const answers: (Measured | string)[] = []
    for (const check of checks) {
      answers.push(
        await measure(db, [check]).then(
          ([m]) => m!,
          error => causeOf(error),
        ),
      )
      signal.throwIfAborted()
    }
    return answers
  }
}

/** An invalid pattern would fail the whole scan. */
async function requirePattern(db: DuckDBConnection, expectation: Expectation): Promise<void> {
  if (expectation.type !== 'regex') return
  try {
    await db.runAndReadAll(`SELECT regexp_matches('', ${text(expectation.parameters.pattern)})`)
  } catch (error) {
    throw new CannotCheck(`The pattern cannot be read: ${causeOf(error)}`)
  }
}

async function prepare(db: DuckDBConnection, e: Expectation, columns: readonly PhysicalColumn[], input: ValidateInput) {
  if (e.type === 'sql' || e.type === 'drift') return undefined
  await requirePattern(db, e)
  if (e.type !== 'referential') return compileCheck(e, columns, input.addedAtMs)
  const other = otherOf(input, e)
  const view = `other_${input.expectations.indexOf(e)}`
  await db.run(`CREATE VIEW ${view} AS SELECT * FROM read_parquet(${text(other.path)})`)
  return compileReferential(e, columns, { view, label: other.label, columns: await describeColumns(db, view) })
}

/** Everything except custom predicates, which run in a separate database with tighter limits. */
async function checkPlain(
  input: ValidateInput,
  report: WorkReport,
): Promise<{ results: Map<string, CheckResult>; columns: PhysicalColumn[] }> {
  const results = new Map<string, CheckResult>()
  const files = [input.path, ...Object.values(input.others).flatMap(o => ('path' in o ? [o.path] : []))]
  const access = {
    files: [...new Set(files)],
    limits: { temporaryFolder: input.temporaryFolder },
    signal: report.signal,
  }
  const columns = await withDuckDb(access, async db => {
    await db.run(`CREATE VIEW data AS SELECT * FROM read_parquet(${text(input.path)})`)
    const known = await describeColumns(db, 'data')
    const prepared: Prepared[] = []
    for (const expectation of input.expectations) {
      try {
        const compiled = await prepare(db, expectation, known, input)
        if (compiled) prepared.push({ expectation, compiled })
      } catch (error) {
        if (!(error instanceof CannotCheck || error instanceof TableError)) throw error
        results.set(expectation.id, unchecked(expectation, input.rows, error.message))
      }
    }
    // A check against another file needs a join, so it cannot share the scan.
    const scanned = prepared.filter(p => p.expectation.type !== 'referential')
    const joined = prepared.filter(p => p.expectation.type === 'referential')
    const measured = [...(await measureAll(db, scanned, report.signal))]
    for (const check of joined) measured.push(...(await measureAll(db, [check], report.signal)))
    report.progress(0.6)
    const failed: { result: CheckResult; offends: string; shown: string[] }[] = []
    for (const [i, { expectation, compiled }] of [...scanned, ...joined].entries()) {
      const m = measured[i]!
      if (typeof m === 'string') {
        results.set(expectation.id, unchecked(expectation, input.rows, `It could not be checked: ${m}`))
        continue
      }
      const { id: name, type, column, severity } = expectation
      const result = { expectation: name, type, column, severity, offending: [], ...compiled.judge(m, input.rows) }
      results.set(name, result)
      if (!result.passed && compiled.offends) failed.push({ result, offends: compiled.offends, shown: compiled.shown })
    }
    const offending = await fetchOffending(db, input.path, known, failed)
    for (const [i, { result }] of failed.entries()) result.offending = offending[i]!
    report.progress(0.8)
    for (const expectation of input.expectations)
      if (expectation.type === 'drift') results.set(expectation.id, await measureDrift(db, input, expectation, known))
    return known
  })
  return { results, columns }
}

/** Checks a version's file against expectations: one scan, and a second one for the offending rows of failed checks. */
export async function checkExpectations(input: ValidateInput, report: WorkReport): Promise<ValidationBody> {
  const { results, columns } = await checkPlain(input, report)
  for (const expectation of input.expectations)
    if (expectation.type === 'sql')
      results.set(expectation.id, await checkPredicate(input, expectation, columns, report.signal))
  return { v: 1, rows: input.rows, results: input.expectations.map(e => results.get(e.id)!) }
}
