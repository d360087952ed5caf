import { readFile } from 'node:fs/promises'
import type { Readable } from 'node:stream'
import { failed, usage } from './failure.ts'

export type Row = Record<string, unknown>

export interface RowFile {
  rows: Row[]
  /** True: cells are texts as they stand in the file. */
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

/** Rows of a file, or of standard input when `path` is `-`: CSV, JSON (a list, or an object with `rows`) or NDJSON, told by its beginning. */
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
    // An object on the first line alone is NDJSON, unless the whole is one object with `rows`.
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

/** The one of comma, semicolon, tab and bar that the header has most of, outside quotes. */
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

/** Records of a CSV text (RFC 4180) with the line each begins at; blank lines are none. */
function* csvRecords(text: string, delimiter: string, name: string): Generator<{ line: number; cells: string[] }> {
  let i = text.charCodeAt(0) === 0xfeff ? 1 : 0
  let line = 1
  while (i < text.length) {
    const begun = line
    const cells: string[] = []
    for (;;) {
      let cell = ''
      if (text[i] === '"') {
        for (i++; ; ) {
          const end = text.indexOf('"', i)
          if (end < 0) throw failed(`${name}, line ${begun}: a quote is opened and never closed.`, undefined, 'invalid')
          const part = text.slice(i, end)
          for (const c of part) if (c === '\n') line++
          cell += part
          i = end + 1
          if (text[i] !== '"') break
          cell += '"'
          i++
        }
        if (i < text.length && text[i] !== delimiter && text[i] !== '\n' && text[i] !== '\r')
          throw failed(`${name}, line ${line}: something follows a closing quote.`, undefined, 'invalid')
      } else {
        let end = i
        while (end < text.length && text[end] !== delimiter && text[end] !== '\n' && text[end] !== '\r') end++
        cell = text.slice(i, end)
        i = end
      }
      cells.push(cell)
      if (text[i] !== delimiter) break
      i++
    }
    if (text[i] === '\r') i++
    if (text[i] === '\n') i++
    line++
    if (cells.length > 1 || cells[0] !== '') yield { line: begun, cells }
  }
}

export function csvRows(text: string, name: string): Row[] {
  const records = csvRecords(text, delimiterOf(text), name)
  const first = records.next()
  if (first.done) throw failed(`${name} is empty.`, 'A CSV begins with a line of column names.', 'invalid')
  const header = first.value.cells.map(c => c.trim())
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
