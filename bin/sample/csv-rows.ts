import { CsvError, parse } from 'csv-parse/sync'
import { failed } from '../commands/failure.ts'

type Row = Record<string, unknown>

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
