import { readFile } from 'node:fs/promises'
import type { Readable } from 'node:stream'
import { CsvError, parse } from 'csv-parse/sync'
import { failed, usage } from './failure.ts'

export type Row = Record<string, unknown>

export interface RowFile {
  rows: Row[]
  /** True: cells are texts of the file, not converted. */
  textual: boolean
}

const decode = (bytes: Uint8Array, name: string): string => {
  const utf16 = bytes[0] === 0xff && bytes[1] === 0xfe
  try {
    return new TextDecoder(utf16 ? 'utf-16le' : 'utf-8', { fatal: true }).decode(bytes)
  } catch {
    throw failed(`${name} is not text in UTF-8.`, 'Save it as UTF-8, then try again.', 'invalid')
  }
}

/** Reads rows of a file, or of standard input for `-`. Detects CSV, JSON (a list, or an object with `rows`) or NDJSON by its beginning. */
export async function readRows(path: string, stdin: Readable): Promise<RowFile> {
  const name = path === '-' ? 'standard input' : path
  let bytes: Uint8Array
  if (path === '-') {
    const chunks: Buffer[] = []
    for await (const chunk of stdin) chunks.push(Buffer.from(chunk as Uint8Array))
    bytes = Buffer.concat(chunks)
  } else {
    bytes = await readFile(path).catch((error: NodeJS.ErrnoException) => {
      throw usage(error.code === 'ENOENT' ? `There is no file ${path}.` : `${path} cannot be read (${error.code}).`)
    })
  }
  const file = parseRows(decode(bytes, name), name)
  if (file.rows.length === 0) throw failed(`${name} has no rows.`, undefined, 'invalid')
  return file
}

export function parseRows(text: string, name: string): RowFile {
  const start = text.trimStart()
  if (start.startsWith('[')) return { rows: objects(parseJson(start, name), name), textual: false }
  if (start.startsWith('{')) {
    const lines = start.split('\n').filter(line => line.trim() !== '')
    // A complete object on the first line means NDJSON, unless the file is one object with `rows`.
    const whole = tryJson(start)
    if (whole !== undefined) {
      const { rows } = whole as { rows?: unknown }
      return { rows: objects(Array.isArray(rows) ? rows : [whole], name), textual: false }
    }
    return {
      rows: objects(
        lines.map((line, i) => parseJson(line, `${name}, line ${i + 1}`)),
        name,
      ),
      textual: false,
    }
  }
  return { rows: csvRows(text, name), textual: true }
}

const tryJson = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

const parseJson = (text: string, name: string): unknown => {
  try {
    return JSON.parse(text)
  } catch (error) {
    throw failed(`${name} is not JSON: ${(error as Error).message}`, undefined, 'invalid')
  }
}

function objects(list: unknown, name: string): Row[] {
  if (!Array.isArray(list)) throw failed(`${name} is no list of rows.`, undefined, 'invalid')
  for (const [i, row] of list.entries())
    if (row === null || typeof row !== 'object' || Array.isArray(row))
      throw failed(`${name}: row ${i + 1} is no object of columns.`, 'Write {"column": value}.', 'invalid')
  return list as Row[]
}

/** Returns the one of comma, semicolon, tab and bar that occurs most in the header, outside quotes. */
function delimiterOf(text: string): string {
  const counts = new Map([',', ';', '\t', '|'].map(d => [d, 0]))
  let quoted = false
  for (const c of text) {
    if (c === '"') quoted = !quoted
    else if (!quoted && (c === '\n' || c === '\r')) break
    else if (!quoted && counts.has(c)) counts.set(c, counts.get(c)! + 1)
  }
  return [...counts].sort((a, b) => b[1] - a[1])[0]![0]
}

type CsvRecord = { line: number; cells: string[] }

const CSV_OPTIONS = {
  bom: true,
  info: true,
  relax_column_count: true,
  skip_empty_lines: true,
  record_delimiter: ['\r\n', '\n', '\r'],
}

/** Returns the records of a CSV text (RFC 4180) with the line where each starts. Skips blank lines. */
function csvRecords(text: string, delimiter: string, name: string): CsvRecord[] {
  const read = (more: object) =>
    parse(text, { ...CSV_OPTIONS, delimiter, ...more }) as unknown as { info: { lines: number }; record: string[] }[]
  let found: ReturnType<typeof read>
  try {
    try {
      found = read({})
    } catch (error) {
      // A quote inside a cell that does not start with one (`5" pipe`) is a plain character.
      if (!(error instanceof CsvError) || error.code !== 'INVALID_OPENING_QUOTE') throw error
      found = read({ relax_quotes: true })
    }
  } catch (error) {
    throw error instanceof CsvError ? csvFailure(error, text, name) : error
  }
  return found
    .map(({ info, record }) => ({ line: info.lines - record.join('').split('\n').length + 1, cells: record }))
    .filter(({ cells }) => cells.length > 1 || cells[0] !== '')
}

function csvFailure(error: CsvError, text: string, name: string): Error {
  const { lines, bytes_records: before } = error as CsvError & { lines: number; bytes_records: number }
  if (error.code === 'CSV_INVALID_CLOSING_QUOTE')
    return failed(`${name}, line ${lines}: something follows a closing quote.`, undefined, 'invalid')
  if (error.code !== 'CSV_QUOTE_NOT_CLOSED') return failed(`${name}: ${error.message}`, undefined, 'invalid')
  const start = Buffer.from(text).subarray(0, before).toString().split('\n').length
  return failed(`${name}, line ${start}: a quote is opened and never closed.`, undefined, 'invalid')
}

export function csvRows(text: string, name: string): Row[] {
  const [first, ...records] = csvRecords(text, delimiterOf(text), name)
  if (!first) throw failed(`${name} is empty.`, 'A CSV begins with a line of column names.', 'invalid')
  const header = first.cells.map(c => c.trim())
  const twice = header.find((h, i) => h === '' || header.indexOf(h) !== i)
  if (twice !== undefined)
    throw failed(
      twice === '' ? `${name}: a column has no name.` : `${name}: two columns are named “${twice}”.`,
      undefined,
      'invalid',
    )
  const rows: Row[] = []
  for (const { line, cells } of records) {
    if (cells.length !== header.length)
      throw failed(
        `${name}, line ${line} has ${cells.length} cells; the header has ${header.length}.`,
        'Is a cell with a delimiter or a line break in it not quoted?',
        'invalid',
      )
    rows.push(Object.fromEntries(header.map((h, i) => [h, cells[i]!])))
  }
  return rows
}
