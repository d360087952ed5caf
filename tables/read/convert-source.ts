import { MISSING_IN_TEXT } from '#ml/cells/column-format.ts'
import { type DuckDBConnection, quoteIdentifier as id, quoteLiteral as text } from '../duckdb.ts'
import { type ColumnCells, groupColumn, groupCounts, groupTexts } from '../format/group-cells.ts'
import { type FormatContext, type FoundReading, inferColumns } from '../format/infer-columns.ts'
import type { IngestNote } from './contract.ts'
import { copyOptions } from './load-source.ts'
import { plainColumns } from './plain-columns.ts'
import { type ReadColumn, readColumn } from './read-columns.ts'
import { isContradiction, strictColumns } from './strict-columns.ts'

/** First rows from which formats are proposed; a file that ends before is known completely. */
const SAMPLE_ROWS = 10_000
const SAMPLE_CELLS = 600_000
const MIN_SAMPLE_ROWS = 200
const FEW_TEXTS = 1000
const MAX_TEXTS = 5000
const WIDE = 200
const COLUMNS_AT_ONCE = 100
const MAX_PART_CELLS = 20_000_000

export interface Converted {
  rows: number
  columns: ReadonlyMap<string, ReadColumn>
  notes: IngestNote[]
  /** `data` equals the file `raw`, written by this process, in every column. */
  finished: boolean
}

interface Column {
  name: string
  type: string
}

/**
 * Creates the view `data` over the view `text`: every column read by one format, which is proposed from the first rows and verified on all of
 * them while the file `raw` is written. A file that contradicts its first rows is read once more.
 */
export async function convertSource(
  db: DuckDBConnection,
  source: { raw: string; textual: boolean; json: boolean; context: FormatContext; signal?: AbortSignal },
): Promise<Converted> {
  const columns = await describeTable(db, 'text')
  const words = columns.filter(c => c.type === 'VARCHAR')
  const size = Math.max(MIN_SAMPLE_ROWS, Math.min(SAMPLE_ROWS, Math.floor(SAMPLE_CELLS / Math.max(1, columns.length))))
  const sample = await firstRows(db, words, size + 1)
  const complete = sample.rows <= size
  const context = source.textual ? source.context : { ...source.context, apply: false }
  const seen = words.map((c, i) => groupTexts(c.name, sample.columns[i] ?? []))
  const proposed = await inferColumns(seen, context)
  if (source.textual && complete) await db.run('CREATE TEMP TABLE source AS SELECT * FROM text')
  else if (source.textual) await write(db, { ...source, columns, proposed, seen })
  else await db.run('CREATE VIEW source AS SELECT * FROM text')
  source.signal?.throwIfAborted()

  const typed = new Set((await describeTable(db, 'source')).filter(c => c.type !== 'VARCHAR').map(c => c.name))
  const open = words.flatMap((c, i) => (typed.has(c.name) ? [] : [i]))
  const known = complete
    ? open.map(i => seen[i]!)
    : await groupAll(
        db,
        open.map(i => seen[i]!),
        open.map(i => proposed[i]!),
        columns.length,
        source.signal,
      )
  const readings = complete ? open.map(i => proposed[i]!) : await inferColumns(known, context)
  const read = new Map<string, ReadColumn>()
  for (const [k, i] of open.entries()) {
    const given = source.textual ? readings[k]! : asText(readings[k]!)
    const reading = source.json ? asJson(known[k]!, given) : given
    read.set(words[i]!.name, await readColumn(known[k]!, reading))
  }
  for (const [i, c] of words.entries())
    if (typed.has(c.name)) read.set(c.name, { ...(await readColumn(seen[i]!, proposed[i]!)), expression: id(c.name) })
  const rest = await plainColumns(
    db,
    columns.filter(c => c.type !== 'VARCHAR'),
  )
  const all = columns.map(c => read.get(c.name) ?? rest.get(c.name)!)
  await db.run(`CREATE VIEW data AS SELECT ${all.map(c => `${c.expression} AS ${id(c.name)}`).join(', ')} FROM source`)
  const [[rows]] = (await db.runAndReadAll('SELECT count(*)::DOUBLE FROM source')).getRowsJson() as [[number]]
  return {
    rows,
    columns: new Map(all.map(c => [c.name, c])),
    notes: all.flatMap(c => c.notes),
    finished: source.textual && !complete && all.every(c => c.expression === id(c.name)),
  }
}

async function describeTable(db: DuckDBConnection, table: string): Promise<Column[]> {
  const rows = (await db.runAndReadAll(`DESCRIBE ${table}`)).getRowsJson()
  return rows.map(r => ({ name: String(r[0]), type: String(r[1]) }))
}

async function firstRows(db: DuckDBConnection, columns: readonly Column[], rows: number) {
  if (columns.length === 0) {
    const [[n]] = (
      await db.runAndReadAll(`SELECT count(*)::DOUBLE FROM (SELECT 1 FROM text LIMIT ${rows})`)
    ).getRowsJson() as [[number]]
    return { rows: n, columns: [] as (string | null)[][] }
  }
  const result = await db.runAndReadAll(`SELECT ${columns.map(c => id(c.name)).join(', ')} FROM text LIMIT ${rows}`)
  return { rows: result.currentRowCount, columns: result.getColumns() as (string | null)[][] }
}

/** Writes `text` to the file: columns whose first rows are plain are converted and verified at once, all others stay text. */
async function write(
  db: DuckDBConnection,
  source: { raw: string; columns: readonly Column[]; proposed: readonly FoundReading[]; seen: readonly ColumnCells[] },
): Promise<void> {
  const { raw, columns, proposed, seen } = source
  const strict = strictColumns(seen, proposed)
  const copy = (isStrict: boolean) =>
    db.run(
      `COPY (SELECT ${columns.map(c => `${(isStrict && strict.get(c.name)) || id(c.name)} AS ${id(c.name)}`).join(', ')} FROM text) TO ${text(raw)} (${copyOptions(columns.length)})`,
    )
  try {
    await copy(true)
  } catch (error) {
    if (!isContradiction(error)) throw error
    await copy(false)
  }
  await db.run(`CREATE VIEW source AS SELECT * FROM read_parquet(${text(raw)})`)
}

/** Groups all cells of the columns that are still text. */
async function groupAll(
  db: DuckDBConnection,
  seen: readonly ColumnCells[],
  proposed: readonly FoundReading[],
  width: number,
  signal?: AbortSignal,
): Promise<ColumnCells[]> {
  const [[rows]] = (await db.runAndReadAll('SELECT count(*)::DOUBLE FROM source')).getRowsJson() as [[number]]
  // Opening a file of thousands of columns costs more than copying a hundred of them.
  const inParts = width > WIDE && rows * COLUMNS_AT_ONCE <= MAX_PART_CELLS
  const grouped: ColumnCells[] = []
  for (const [i, cells] of seen.entries()) {
    signal?.throwIfAborted()
    if (inParts && i % COLUMNS_AT_ONCE === 0)
      await db.run(
        `CREATE OR REPLACE TEMP TABLE part${Math.floor(i / COLUMNS_AT_ONCE)} AS SELECT ${seen
          .slice(i, i + COLUMNS_AT_ONCE)
          .map(c => id(c.name))
          .join(', ')} FROM source`,
      )
    const table = inParts ? `part${Math.floor(i / COLUMNS_AT_ONCE)}` : 'source'
    grouped.push(await groupOne(db, table, cells, proposed[i]!))
  }
  return grouped
}

/** Cells that need more than a look: white space at an end, or a text that means missing. */
const ODD = `^\\s|\\s$|[\\x{a0}\\x{2007}\\x{202f}\\x{feff}]|^(${['', ...MISSING_IN_TEXT].map(t => t.replace(/[?/]/g, '\\$&')).join('|')})$`

async function groupOne(
  db: DuckDBConnection,
  table: string,
  seen: ColumnCells,
  proposed: FoundReading,
): Promise<ColumnCells> {
  const c = id(seen.name)
  const isWords = proposed.plan.as === 'text' && !proposed.code && !proposed.conversion
  if (isWords && seen.groups.length < FEW_TEXTS && seen.different <= MAX_TEXTS) {
    const rows = (
      await db.runAndReadAll(
        `SELECT c, n FROM (SELECT ${c} AS c, count(*)::DOUBLE AS n FROM ${table} WHERE ${c} IS NOT NULL GROUP BY 1) LIMIT ${MAX_TEXTS + 1}`,
      )
    ).getRowsJson() as [string, number][]
    if (rows.length <= MAX_TEXTS) return groupCounts(seen.name, new Map(rows), seen.first)
  }
  if (isWords) {
    const [[present, odd, digits] = [0, 0, 0]] = (
      await db.runAndReadAll(
        `SELECT count(${c})::DOUBLE, count_if(regexp_matches(${c}, ${text(ODD)}))::DOUBLE, count_if(${c} >= '0' AND ${c} < ':')::DOUBLE FROM ${table}`,
      )
    ).getRowsJson() as [number, number, number][]
    if (odd === 0 && digits < present * 0.5) return { ...seen, present }
  }
  return groupColumn(db, table, c, seen.name)
}

/** Lists and objects are kept as their JSON. */
function asJson(cells: ColumnCells, reading: FoundReading): FoundReading {
  const isNested = reading.plan.as === 'text' && cells.groups.some(g => /^[[{]/.test(g.texts[0]!))
  return isNested ? { ...reading, plan: { as: 'text', format: { ...reading.plan.format, json: true } } } : reading
}

/** A column that its author made text stays text; other readings are offered. */
function asText(reading: FoundReading): FoundReading {
  const { plan, real, read, evidence } = reading
  if (plan.as === 'text')
    return { ...reading, plan: { as: 'text', format: { missing: [] } }, code: undefined, keepsNa: false }
  return {
    plan: { as: 'text', format: { missing: [] } },
    real,
    read,
    evidence,
    conversion: {
      type: plan.as === 'boolean' ? 'number' : plan.as,
      format: plan.format,
      cells: real - read,
      texts: [],
    },
  }
}
