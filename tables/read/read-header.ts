import { open } from 'node:fs/promises'
import { TableError } from '../errors.ts'
import type { IngestNote, ReadingOptions } from './contract.ts'

/** The first lines of a text file as they are read. */
export interface Header {
  names: string[]
  delimiter: string
  quote: string
  /** `"` doubles quotes inside quotes, `\` writes them after a backslash. */
  escape: string
  /** Lines above the header. */
  skip: number
  notes: IngestNote[]
}

/** Maximum length of the lines that are looked at. */
const HEADER_BYTES = 1 << 22
const SAMPLE_RECORDS = 60
const MAX_LEAD_LINES = 20
const DELIMITERS = [',', ';', '\t', '|'] as const

interface TextRecord {
  cells: string[]
  /** Number of its first line, from 0. */
  line: number
}

async function headOf(path: string, bytes: number): Promise<Buffer> {
  const handle = await open(path, 'r')
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(bytes), 0, bytes, 0)
    return buffer.subarray(0, bytesRead)
  } finally {
    await handle.close()
  }
}

/** Splits the beginning of a text into records; line breaks inside quotes belong to their cell. */
export function splitRecords(
  text: string,
  dialect: { delimiter: string; quote: string; escape: string },
  limit = SAMPLE_RECORDS,
): TextRecord[] {
  const { delimiter, quote, escape: escapeMark } = dialect
  const records: TextRecord[] = []
  let cells: string[] = []
  let [cell, line, startedAt] = ['', 0, 0]
  let [quoted, blank] = [false, true]
  const endRecord = () => {
    cells.push(cell.trim())
    if (!blank) records.push({ cells, line: startedAt })
    cells = []
    cell = ''
    blank = true
  }
  for (let i = 0; i < text.length && records.length < limit; i++) {
    const ch = text[i]!
    if (quoted && escapeMark !== quote && ch === escapeMark && i + 1 < text.length) cell += text[++i]
    else if (ch === quote && quote !== '') {
      if (quoted && text[i + 1] === quote) {
        cell += quote
        i++
      } else if (quoted || cell.trim() === '') {
        quoted = !quoted
        if (quoted) cell = ''
      } else cell += ch
      blank = false
    } else if (!quoted && (ch === '\n' || ch === '\r')) {
      if (ch === '\r' && text[i + 1] === '\n') i++
      line++
      endRecord()
      startedAt = line
    } else if (ch === delimiter && !quoted) {
      cells.push(cell.trim())
      cell = ''
      blank = false
    } else {
      if (ch === '\n') line++
      cell += ch
      if (ch !== ' ') blank = false
    }
  }
  if (records.length < limit && !blank) endRecord()
  return records
}

const NUMERIC = /^[-+(]?[\d.,\s%€$]+\)?$/
/** A record that may hold names: all cells filled, different, and no numbers. */
const looksLikeNames = (cells: readonly string[]) =>
  cells.every(c => c !== '' && !NUMERIC.test(c)) && new Set(cells).size === cells.length

interface Candidate extends Pick<Header, 'delimiter' | 'quote' | 'escape'> {
  records: TextRecord[]
  header: number
  even: number
}

/** Finds the header below title and comment lines: the first record that is as wide as most rows and may hold names. */
function headerAt(records: readonly TextRecord[], first: number): number {
  const widths = new Map<number, number>()
  for (const { cells } of records.slice(first)) widths.set(cells.length, (widths.get(cells.length) ?? 0) + 1)
  const [[width = 1, rows = 0] = []] = [...widths].sort((a, b) => b[1] - a[1])
  const top = records[first]
  // In a sheet, title lines are as wide as the table, but mostly empty.
  const isSparse = ({ cells }: TextRecord) => cells.filter(c => c !== '').length <= width / 2
  if (!top || width < 2 || rows < 2 || (top.cells.length >= width && !isSparse(top))) return first
  for (let i = first + 1; i < Math.min(records.length - 1, first + MAX_LEAD_LINES); i++) {
    const { cells } = records[i]!
    const named = cells.at(-1) === '' ? cells.slice(0, -1) : cells
    if (cells.length === width && !isSparse(records[i]!)) return looksLikeNames(named) ? i : first
  }
  return first
}

/** Lines that only separate: a comment, the mark of Excel, or a title of one cell above the table. */
const isComment = (record: TextRecord) => /^(#|\/\/)/.test(record.cells[0] ?? '')

function candidate(
  text: string,
  dialect: Pick<Header, 'delimiter' | 'quote' | 'escape'>,
  skip: number | undefined,
): Candidate {
  const records = splitRecords(text, dialect).filter(r => skip === undefined || r.line >= skip)
  let first = 0
  if (skip === undefined) {
    while (first < records.length - 1 && isComment(records[first]!) && !sameWidth(records, first)) first++
    first = headerAt(records, first)
  }
  const width = records[first]?.cells.length ?? 0
  const even =
    width > 1
      ? records
          .slice(first + 1)
          .filter(r => r.cells.length === width || (r.cells.length === width + 1 && r.cells.at(-1) === '')).length
      : -1
  return { ...dialect, records, header: first, even }
}

/** A first line such as `#id,name` above rows of the same width is a header. */
const sameWidth = (records: readonly TextRecord[], at: number) => {
  const rest = records.slice(at + 1).filter(r => !isComment(r))
  return records[at]!.cells.length > 1 && rest.every(r => r.cells.length === records[at]!.cells.length)
}

/** Returns whether the text writes quotes inside quotes after a backslash. */
const usesBackslash = (text: string): boolean =>
  /(^|[,;\t|\n])\s*"[^"\n]*\\"/.test(text) && !/[^\\]""[^,;\t|\r\n]/.test(text)
/** Returns whether cells are in single quotes. */
const usesSingleQuotes = (text: string, delimiter: string): boolean => {
  const cells = text.split(/\r\n|\n|\r/).slice(0, SAMPLE_RECORDS)
  const d = delimiter.replace(/[|]/, '\\|')
  const quoted = new RegExp(`(^|${d})\\s*'[^'\\n]*${d}[^'\\n]*'\\s*(${d}|$)`)
  return !text.includes('"') && cells.filter(l => quoted.test(l)).length > Math.max(1, cells.length * 0.3)
}

/**
 * Reads the names of the columns and how a text file divides its cells. Skips the mark `sep=;`, comments and title lines above the header
 * and says so. `options` overrides what is detected.
 */
export async function readHeader(path: string, fileName: string, options: ReadingOptions = {}): Promise<Header> {
  const bytes = await headOf(path, HEADER_BYTES)
  const text = bytes.toString('utf8').replace(/^\ufeff/, '')
  if (bytes.length === HEADER_BYTES && !/[\r\n]/.test(text))
    throw new TableError('invalid', `The first line of ${fileName} is longer than ${HEADER_BYTES >> 20} MB.`, {
      hint: 'A table has a header line and a line per row.',
    })
  const mark = /^sep=(.)\r?\n/i.exec(text)
  const notes: IngestNote[] = []
  if (mark) notes.push({ code: 'separator-line', facts: { file: fileName, delimiter: mark[1]! } })
  const body = mark ? text.slice(mark[0].length) : text
  const delimiters = options.delimiter ? [options.delimiter] : mark ? [mark[1]!] : DELIMITERS
  const skip = options.skipLines === undefined ? undefined : Math.max(0, options.skipLines - (mark ? 1 : 0))
  const escaped = usesBackslash(body) ? '\\' : '"'
  const best = delimiters
    .flatMap(delimiter => {
      const plain = candidate(body, { delimiter, quote: options.quote ?? '"', escape: options.quote ?? escaped }, skip)
      if (options.quote || !usesSingleQuotes(body, delimiter)) return [plain]
      return [candidate(body, { delimiter, quote: "'", escape: "'" }, skip), plain]
    })
    .reduce((a, b) => {
      const width = (c: Candidate) => c.records[c.header]?.cells.length ?? 0
      return b.even > a.even || (b.even === a.even && width(b) > width(a)) ? b : a
    })
  if (best.escape === '\\') notes.push({ code: 'backslash-quotes', facts: { file: fileName } })
  if (best.quote === "'" && !options.quote) notes.push({ code: 'single-quotes', facts: { file: fileName } })
  const { records, header, delimiter, quote } = best
  const skipped = records.slice(0, header)
  if (skipped.length > 0)
    notes.push({
      code: 'lead-lines-skipped',
      facts: {
        file: fileName,
        lines: records[header]!.line,
        texts: skipped.slice(0, 3).map(r => r.cells.join(delimiter).slice(0, 100)),
      },
    })
  const names = namesOf(records, header)
  return { names, delimiter, quote, escape: best.escape, skip: (mark ? 1 : 0) + (records[header]?.line ?? 0), notes }
}

/** The names without a last empty one above cells that are all empty: a delimiter at the end of each line. */
function namesOf(records: readonly TextRecord[], header: number): string[] {
  const names = records[header]?.cells ?? []
  const rows = records.slice(header + 1)
  const trailing =
    names.length > 1 && names.at(-1) === '' && rows.every(r => r.cells.length < names.length || r.cells.at(-1) === '')
  return trailing ? names.slice(0, -1) : names
}
