import { rename } from 'node:fs/promises'
import { join } from 'node:path'
import type { ColumnDecision, PreviewCell, VersionColumn } from '../contract.ts'
import { type DuckDBConnection, quoteLiteral as text, withDuckDb } from '../duckdb.ts'
import { TableError } from '../errors.ts'
import { checkContract } from '../infer/check-contract.ts'
import { columnFacts } from '../infer/column-facts.ts'
import { compareSchemas } from '../infer/compare-schemas.ts'
import type { ContractBreak } from '../infer/contract.ts'
import { type ColumnFacts, guessRoles, guessTime, inferColumn, noteColumn } from '../infer/infer-column.ts'
import type { WorkReport } from '../report.ts'
import { appendRows } from './append-rows.ts'
import type { IngestNote, ReadingOptions } from './contract.ts'
import { type Converted, convertSource } from './convert-source.ts'
import { unifyLineEnds } from './decode-text.ts'
import { explainFailure } from './explain-failure.ts'
import { compareHeaders, copyOptions, namesOf, openText, prepareFiles } from './load-source.ts'
import type { PreparedFile } from './read-source.ts'
import { requireGoodNames } from './read-source.ts'
import { skippedLines } from './skipped-lines.ts'

export interface IngestInput {
  /** The table's files, concatenated. */
  files: { path: string; name: string }[]
  /** Working directory. The finished Parquet is written to `target` in it. */
  folder: string
  target: string
  /** Name of the source in messages. */
  words: string
  /** The newest version: its columns are compared; with `append` its rows come first. */
  before?: { path: string; schema: VersionColumn[]; label: string }
  /** Columns whose formats come first, if not those of `before`. */
  earlier?: VersionColumn[]
  append: boolean
  wishes: { target?: string; time?: string }
  /** The dataset's contract with the decisions for this ingestion. */
  decisions: ColumnDecision[]
  /** How the files are read, where detection is not right. */
  reading?: ReadingOptions
  /** For a preview: the number of rows to read; the first few are returned. */
  limitRows?: number
  /** DuckDB's memory limit; beyond it DuckDB spills into `folder`. */
  duckDbMb: number
}

export interface IngestOutput {
  rows: number
  schema: VersionColumn[]
  notes: IngestNote[]
  /** Where the schema differs from the decisions. */
  breaks: ContractBreak[]
  /** First rows, for a preview. */
  cells: PreviewCell[][]
}

const PREVIEW_ROWS = 20
/** Readers and writers hold 2,048 cells of every column at once, so wide tables need more memory than long ones. */
const MANY_COLUMNS = 1000
const MANY_COLUMNS_MB = 2048
const PREVIEW_COLUMNS = 200
/** Each thread buffers parts of the file and of its counts; with less memory than this, a second thread may run out. */
const THREAD_MB = 125

function requireColumns(names: string[], wishes: IngestInput['wishes']): void {
  for (const [word, name] of Object.entries(wishes))
    if (name && !names.includes(name))
      throw new TableError('invalid', `There is no column “${name}” to use as the ${word}.`, {
        hint: `The columns are ${names.slice(0, 30).join(', ')}${names.length > 30 ? ' …' : ''}.`,
      })
}

async function firstCells(db: DuckDBConnection, table: string): Promise<PreviewCell[][]> {
  const result = await db.runAndReadAll(`SELECT * FROM ${table} LIMIT ${PREVIEW_ROWS}`)
  return result
    .getRowsJson()
    .map(row => row.slice(0, PREVIEW_COLUMNS).map(v => (v === null || typeof v === 'object' ? null : v)))
}

const notesOfFile = ({ source, header }: PreparedFile): IngestNote[] => [...source.notes, ...(header?.notes ?? [])]

/** Opens the files and converts their columns. Throws with the cause and, where there is one, the line. */
async function readText(
  db: DuckDBConnection,
  files: PreparedFile[],
  { reading, limitRows, folder }: Pick<IngestInput, 'reading' | 'limitRows' | 'folder'>,
  source: Parameters<typeof convertSource>[1],
): Promise<Converted> {
  const open = async (opened: PreparedFile[]): Promise<Converted> => {
    await openText(db, opened, { ...reading, rows: limitRows })
    const converted = await convertSource(db, source)
    const skipped = await skippedLines(db, reading?.skipBadLines ?? 0, opened)
    return skipped ? { ...converted, notes: [skipped, ...converted.notes] } : converted
  }
  try {
    return await open(files).catch(async error => {
      if (!MIXED_LINE_ENDS.test(String(error?.message))) throw error
      return open(await withOneLineEnd(files, folder))
    })
  } catch (error) {
    throw await explainFailure(error, files)
  }
}

/** DuckDB's message for a file with two kinds of line ends. */
const MIXED_LINE_ENDS = /state machine reached an invalid state/

async function withOneLineEnd(files: PreparedFile[], folder: string): Promise<PreparedFile[]> {
  const unified: PreparedFile[] = []
  for (const [i, file] of files.entries()) {
    if (file.source.format !== 'csv') {
      unified.push(file)
      continue
    }
    const path = join(folder, `unified-${i}.csv`)
    await unifyLineEnds(file.source.path, path)
    unified.push({ ...file, source: { ...file.source, path } })
  }
  return unified
}

/** Converts a table's files into one Parquet file with a schema, reasons and warnings. Streams; never holds the whole table in memory. */
export async function ingestTable(input: IngestInput, { progress, signal }: WorkReport): Promise<IngestOutput> {
  const { folder, target, wishes, before, append } = input
  progress(0.05, 'reading')
  const files = await prepareFiles(input.files, i => join(folder, `source-${i}.csv`), input.reading, signal)
  const raw = join(folder, 'raw.parquet')
  const wide = (namesOf(files)?.length ?? 0) > MANY_COLUMNS
  const access = {
    files: [...files.map(f => f.source.path), ...(before ? [before.path] : [])],
    folders: [folder],
    limits: {
      temporaryFolder: folder,
      memoryMb: wide ? Math.max(MANY_COLUMNS_MB, input.duckDbMb) : input.duckDbMb,
      threads: wide || input.duckDbMb < 2 * THREAD_MB ? 1 : 2,
    },
    signal,
  }
  return withDuckDb(access, async db => {
    progress(0.3, 'inferring types')
    const names = namesOf(files)
    const decided = new Map(input.decisions.map(d => [d.name, d]))
    const earlier = new Map((input.earlier ?? before?.schema ?? []).map(c => [c.name, c]))
    const converted = await readText(db, files, input, {
      raw,
      textual: files.every(f => f.source.format !== 'parquet'),
      json: files.some(f => f.source.format === 'json'),
      context: { decided, before: earlier },
      signal,
    })
    if (converted.rows === 0)
      throw new TableError('invalid', `${input.words} has a header but no rows.`, {
        hint: 'Add at least one row below the header line.',
      })
    const notes: IngestNote[] = [...files.flatMap(notesOfFile), ...compareHeaders(files), ...converted.notes]
    let table = 'data'
    if (append && before) {
      const appended = await appendRows(db, before)
      notes.push(...appended.notes)
      table = appended.table
    }
    progress(0.6, 'writing')
    // Checks names first: Parquet would write duplicate names that no reader accepts.
    const columns = (await db.runAndReadAll(`DESCRIBE ${table}`)).getRowsJson().map(r => String(r[0]))
    requireGoodNames(columns, input.words)
    requireColumns(columns, wishes)
    if (converted.finished && table === 'data') await rename(raw, target)
    else await db.run(`COPY ${table} TO ${text(target)} (${copyOptions(columns.length)})`)
    const version = `read_parquet(${text(target)})`
    progress(0.8, 'inferring types')
    const [[rows]] = (await db.runAndReadAll(`SELECT count(*)::DOUBLE FROM ${version}`)).getRowsJson() as [[number]]
    const facts: ColumnFacts[] = await columnFacts(db, version, rows, signal)
    const all = { ...wishes, decided, read: converted.columns }
    const schema = guessRoles(
      guessTime(
        facts.map(f => inferColumn(f, all)),
        all,
      ),
      all,
      rows,
    )
    for (const [i, f] of facts.entries()) notes.push(...noteColumn(schema[i]!, f))
    if (facts.length === 1 && names) notes.unshift({ code: 'single-column', facts: {} })
    if (before && !append) notes.unshift(...compareSchemas(before.label, before.schema, schema))
    if (input.limitRows !== undefined && rows === input.limitRows)
      notes.unshift({ code: 'inferred-from-sample', facts: { rows } })
    return {
      rows,
      schema,
      notes,
      breaks: checkContract(input.decisions, facts, schema),
      cells: input.limitRows === undefined ? [] : await firstCells(db, version),
    }
  })
}
