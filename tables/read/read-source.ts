import { createReadStream, createWriteStream } from 'node:fs'
import { open } from 'node:fs/promises'
import { Transform } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { TableError } from '../errors.ts'
import { JsonDepth } from './json-depth.ts'
import { unpack } from './unpack.ts'

export type SourceFormat = 'csv' | 'json' | 'parquet'
export interface Source {
  path: string
  format: SourceFormat
}

const HEAD_BYTES = 1 << 16
/** Maximum length of a header line. */
const HEADER_BYTES = 1 << 22
/** DuckDB's JSON reader is recursive and crashes the process on deep input. */
const MAX_JSON_DEPTH = 64

async function head(path: string, bytes = HEAD_BYTES): Promise<Buffer> {
  const handle = await open(path, 'r')
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(bytes), 0, bytes, 0)
    return buffer.subarray(0, bytesRead)
  } finally {
    await handle.close()
  }
}

const isGzip = (b: Buffer) => b[0] === 0x1f && b[1] === 0x8b
const isZstd = (b: Buffer) => b.length >= 4 && b.readUInt32LE(0) === 0xfd2fb528

const READS = 'FlexiML reads CSV, TSV, JSON, NDJSON and Parquet, also compressed with gzip or zstd.'
const notTableError = (fileName: string) =>
  new TableError('invalid', `${fileName} is not a table: it contains binary data.`, { hint: READS })

async function decodeUtf16(path: string, encoding: 'utf-16le' | 'utf-16be', target: string): Promise<void> {
  const decoder = new TextDecoder(encoding)
  await pipeline(
    createReadStream(path),
    new Transform({
      transform: (chunk, _, done) => done(null, decoder.decode(chunk, { stream: true })),
      flush: done => done(null, decoder.decode()),
    }),
    createWriteStream(target),
  )
}

async function requireShallow(path: string, fileName: string): Promise<void> {
  const meter = new JsonDepth(MAX_JSON_DEPTH)
  for await (const piece of createReadStream(path, { highWaterMark: 1 << 20 }) as AsyncIterable<Buffer>)
    if (meter.exceededBy(piece))
      throw new TableError('invalid', `${fileName} nests deeper than ${MAX_JSON_DEPTH} levels.`, {
        hint: 'A table is a list of objects with one property per column.',
      })
}

/**
 * Detects the format from the first bytes: Parquet by its magic bytes, JSON by its first character, otherwise delimited text. Throws for
 * other formats. Decompresses gzip and zstd and converts UTF-16 to UTF-8 next to `rewritten`; returns the path to read.
 */
export async function prepareSource(
  path: string,
  fileName: string,
  rewritten: string,
  signal?: AbortSignal,
): Promise<Source> {
  const bytes = await head(path)
  if (bytes.length === 0)
    throw new TableError('invalid', `${fileName} is empty.`, {
      hint: 'Choose a file with a header line and at least one row.',
    })
  const packed = isGzip(bytes) ? 'gzip' : isZstd(bytes) ? 'zstd' : undefined
  if (packed) {
    if (fileName.endsWith('(unpacked)')) throw notTableError(fileName)
    const unpacked = `${rewritten}.unpacked`
    await unpack(path, fileName, unpacked, packed, { signal })
    return prepareSource(unpacked, `${fileName.replace(/\.(gz|zst)$/i, '')} (unpacked)`, rewritten, signal)
  }
  if (bytes.subarray(0, 4).toString('latin1') === 'PAR1') return { path, format: 'parquet' }
  const utf16 =
    bytes[0] === 0xff && bytes[1] === 0xfe
      ? 'utf-16le'
      : bytes[0] === 0xfe && bytes[1] === 0xff
        ? 'utf-16be'
        : undefined
  if (utf16) {
    await decodeUtf16(path, utf16, rewritten)
    return prepareSource(rewritten, fileName, `${rewritten}.again`, signal)
  }
  if (bytes.includes(0)) throw notTableError(fileName)
  const text = bytes.toString('utf8').replace(/^\ufeff/, '')
  const start = text.slice(0, 4096)
  const odd = [...start].filter(ch => ch < ' ' && !'\t\r\n'.includes(ch)).length
  const broken = start.split('\ufffd').length - 1
  if (odd > 8 || broken > 200) throw notTableError(fileName)
  if (text.trim() === '')
    throw new TableError('invalid', `${fileName} contains only blank lines.`, {
      hint: 'Choose a file with a header line and at least one row.',
    })
  if (/^\s*[[{]/.test(text) && !/\.(csv|tsv|txt)( \(unpacked\))?$/i.test(fileName)) {
    await requireShallow(path, fileName)
    return { path, format: 'json' }
  }
  return { path, format: 'csv' }
}

export interface Header {
  names: string[]
  delimiter: string
}

/** An inspected file that can be read. */
export interface PreparedFile {
  source: Source
  /** For text files. */
  header?: Header
  name: string
}

const SAMPLE_LINES = 20

/** Returns the header line of a text file, split by the delimiter that divides the first lines most evenly; quotes are respected. */
export async function readHeader(path: string, fileName: string): Promise<Header> {
  const bytes = await head(path, HEADER_BYTES)
  const lines = bytes
    .toString('utf8')
    .replace(/^\ufeff/, '')
    .split(/\r\n|\n|\r/)
  if (lines.length === 1 && bytes.length === HEADER_BYTES)
    throw new TableError('invalid', `The first line of ${fileName} is longer than ${HEADER_BYTES >> 20} MB.`, {
      hint: READS,
    })
  // The last line may be incomplete.
  const whole = (lines.length > 1 ? lines.slice(0, -1) : lines).filter(l => l.trim() !== '').slice(0, SAMPLE_LINES)
  const [first = '', ...rest] = whole
  const candidates = [',', ';', '\t', '|'].map(delimiter => {
    const names = splitLine(first, delimiter)
    const even = names.length > 1 ? rest.filter(l => splitLine(l, delimiter).length === names.length).length : -1
    return { delimiter, names, even }
  })
  return candidates.reduce((best, c) =>
    c.even > best.even || (c.even === best.even && c.names.length > best.names.length) ? c : best,
  )
}

export function splitLine(line: string, delimiter: string): string[] {
  const cells: string[] = []
  let cell = ''
  let quoted = false
  for (let i = 0; i < line.length; i++) {
    const ch = line[i]!
    if (ch === '"') {
      if (quoted && line[i + 1] === '"') {
        cell += '"'
        i++
      } else quoted = !quoted
    } else if (ch === delimiter && !quoted) {
      cells.push(cell)
      cell = ''
    } else cell += ch
  }
  return [...cells, cell].map(c => c.trim())
}

export const MAX_COLUMNS = 10_000

/** Returns the final column names; rejects empty and duplicate ones. */
export function requireGoodNames(names: string[], fileName: string): void {
  if (names.length > MAX_COLUMNS)
    throw new TableError('too_large', `${fileName} has ${names.length} columns; at most ${MAX_COLUMNS} are read.`, {
      hint: 'The table may be transposed. Each row must be a line.',
    })
  const empty = names.flatMap((n, i) => (n === '' ? [i + 1] : []))
  if (empty.length > 0)
    throw new TableError('invalid', `Column ${empty.slice(0, 5).join(', ')} of ${fileName} has no name.`, {
      hint: 'Give every column a name in the header line.',
    })
  const seen = new Set<string>()
  const doubled = new Set<string>()
  for (const name of names) {
    const key = name.toLowerCase()
    if (seen.has(key)) doubled.add(name)
    seen.add(key)
  }
  if (doubled.size > 0)
    throw new TableError(
      'invalid',
      `The column name ${[...doubled]
        .slice(0, 5)
        .map(n => `“${n}”`)
        .join(', ')} appears more than once in ${fileName}.`,
      { hint: 'Names must be unique, ignoring case.' },
    )
}
