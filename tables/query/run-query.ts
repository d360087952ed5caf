import { dirname } from 'node:path'
import { type DuckDBConnection, rowsOf, SELECT_STATEMENT, quoteLiteral as text, withDuckDb } from '../duckdb.ts'
import type { WorkReport } from '../report.ts'
import { checkStatement, QueryRefusal } from './check-statement.ts'
import { QUERY_LIMITS, type QueryCell, type QueryFault, type QueryResult } from './contract.ts'
import { explainQuery } from './explain-query.ts'

export interface RunQueryInput {
  /** Path of the version's Parquet file. */
  path: string
  folder: string
  sql: string
  milliseconds: number
  /** Path where the whole result is written as Parquet; then no rows are returned. */
  saveTo?: string
}

export type RunQueryOutput =
  | { kind: 'fault'; fault: QueryFault }
  | { kind: 'rows'; result: QueryResult; truncated: boolean; milliseconds: number }
  | { kind: 'file'; rows: number; milliseconds: number }

const MARK = ' …'

/** Converts a value for storage and display: integers and decimals become numbers where that is lossless, dates and nested values text. */
function toCell(value: unknown, type: string): QueryCell {
  if (value === null || value === undefined || typeof value === 'boolean') return value ?? null
  // JSON has no NaN and no infinity.
  if (typeof value === 'number') return Number.isFinite(value) ? value : String(value)
  const words = String(value).replaceAll('\0', '\uFFFD')
  if ((typeof value === 'bigint' || type.startsWith('DECIMAL')) && Math.abs(Number(words)) <= Number.MAX_SAFE_INTEGER)
    return Number(words)
  return words.length > QUERY_LIMITS.cell ? words.slice(0, QUERY_LIMITS.cell) + MARK : words
}

const bytesOf = (row: readonly QueryCell[]) =>
  row.reduce<number>((sum, cell) => sum + (typeof cell === 'string' ? Buffer.byteLength(cell) + 3 : 12), 2)

/** Must be one read-only statement with allowed functions. DuckDB's own parser decides, not a pattern, before anything is bound. */
async function prepareOne(db: DuckDBConnection, sql: string) {
  const statements = await db.extractStatements(sql)
  if (statements.count !== 1)
    throw new QueryRefusal({
      message: `The query has ${statements.count} statements; only one can run at a time.`,
      hint: 'Remove everything after the semicolon. PIVOT counts as two statements: use GROUP BY instead.',
    })
  await checkStatement(db, sql)
  const prepared = await statements.prepare(0)
  if (prepared.statementType !== SELECT_STATEMENT)
    throw new QueryRefusal({
      message: 'Only SELECT and WITH … SELECT are run here.',
      hint: 'A version never changes. To keep a result, save it as a new version.',
    })
  if (prepared.parameterCount > 0)
    throw new QueryRefusal({ message: 'The query has parameters ($1, ?) without values.' })
  return prepared
}

async function firstRows(db: DuckDBConnection, sql: string): Promise<{ result: QueryResult; truncated: boolean }> {
  const answer = await (await prepareOne(db, sql)).stream()
  const types = answer.columnTypes().map(String)
  const columns = answer.columnNames().map((name, i) => ({ name: name.replaceAll('\0', '\uFFFD'), type: types[i]! }))
  const rows: QueryCell[][] = []
  let bytes = 0
  for (let chunk = await answer.fetchChunk(); chunk && chunk.rowCount > 0; chunk = await answer.fetchChunk())
    for (const given of rowsOf(chunk)) {
      const row = given.map((value, i) => toCell(value, types[i]!))
      bytes += bytesOf(row)
      if (rows.length === QUERY_LIMITS.rows || (bytes > QUERY_LIMITS.bytes && rows.length > 0))
        return { result: { v: 1, columns, rows }, truncated: true }
      rows.push(row)
    }
  return { result: { v: 1, columns, rows }, truncated: false }
}

/** Removes the trailing semicolon so that the statement can be put in parentheses. */
const withoutSemicolon = (sql: string): string => sql.replace(/;[\s;]*$/, '')

async function writeAll(db: DuckDBConnection, sql: string, target: string): Promise<number> {
  await prepareOne(db, sql)
  // In parentheses it must still be one statement: it cannot close them and continue.
  const whole = `SELECT * FROM (\n${withoutSemicolon(sql)}\n) AS answer`
  await prepareOne(db, whole)
  await db.run(`COPY (${whole}) TO ${text(target)} (FORMAT parquet, COMPRESSION zstd)`)
  const [{ n }] = (
    await db.runAndReadAll(`SELECT count(*)::DOUBLE AS n FROM read_parquet(${text(target)})`)
  ).getRowObjectsJson() as [{ n: number }]
  return n
}

/** Messages name the table, never a place on the server. */
const withoutPaths = (message: string, { path, folder, saveTo }: RunQueryInput): string =>
  [...(saveTo ? [saveTo] : []), path, `${folder}/`, folder, dirname(path), dirname(folder)]
    .filter(place => place.length > 1)
    .reduce((text, place) => text.replaceAll(place, place === path ? 'data' : 'the server'), message)

/** Runs a query over the rows of one version, visible as the view `data`; nothing else can be read or written. */
export async function runQuery(input: RunQueryInput, report: WorkReport): Promise<RunQueryOutput> {
  const { path, folder, sql, milliseconds, saveTo } = input
  const tooLong = AbortSignal.timeout(milliseconds)
  const begun = performance.now()
  const took = () => Math.round(performance.now() - begun)
  try {
    return await withDuckDb(
      {
        files: saveTo === undefined ? [path] : [path, saveTo],
        limits: {
          memoryMb: QUERY_LIMITS.memoryMb,
          threads: 2,
          temporaryFolder: folder,
          temporaryMb: QUERY_LIMITS.temporaryMb,
        },
        signal: AbortSignal.any([report.signal, tooLong]),
      },
      async db => {
        await db.run(`CREATE VIEW data AS SELECT * FROM read_parquet(${text(path)})`)
        if (saveTo !== undefined) return { kind: 'file', rows: await writeAll(db, sql, saveTo), milliseconds: took() }
        return { kind: 'rows', ...(await firstRows(db, sql)), milliseconds: took() }
      },
    )
  } catch (error) {
    report.signal.throwIfAborted()
    if (error instanceof QueryRefusal) return { kind: 'fault', fault: error.fault }
    if (tooLong.aborted)
      return {
        kind: 'fault',
        fault: {
          message: `The query was stopped after ${milliseconds / 1000} seconds.`,
          hint: 'Filter rows before you join or group, or add LIMIT. A recursive query needs an end.',
        },
      }
    if (!(error instanceof Error)) throw error
    return { kind: 'fault', fault: explainQuery(sql, withoutPaths(error.message, input)) }
  }
}
