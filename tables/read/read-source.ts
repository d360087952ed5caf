import { createReadStream } from 'node:fs'
import { open } from 'node:fs/promises'
import { TableError } from '../errors.ts'
import { type IngestNote, offerCode, type ReadingOptions } from './contract.ts'
import { detectEncoding, requireDecoder, utf16Of, writeAsUtf8 } from './decode-text.ts'
import { JsonDepth } from './json-depth.ts'
import type { Header } from './read-header.ts'
import { isWorkbook, writeSheet } from './read-xlsx.ts'
import { unpack } from './unpack.ts'
import { isZip, listZip, unzipTo } from './unzip.ts'

export type SourceFormat = 'csv' | 'json' | 'parquet'
export interface Source {
  path: string
  format: SourceFormat
  notes: IngestNote[]
}

const HEAD_BYTES = 1 << 16
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

const READS = 'FlexiML reads CSV, TSV, JSON, NDJSON, Parquet and Excel (.xlsx), also compressed with gzip, zstd or zip.'
const notTableError = (fileName: string) =>
  new TableError('invalid', `${fileName} is not a table: it contains binary data.`, { hint: READS })

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
 * other formats. Decompresses and converts to UTF-8 next to `rewritten`; returns the path to read.
 */
export async function prepareSource(
  path: string,
  fileName: string,
  rewritten: string,
  options: ReadingOptions = {},
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
    return prepareSource(unpacked, `${fileName.replace(/\.(gz|zst)$/i, '')} (unpacked)`, rewritten, options, signal)
  }
  if (isZip(bytes)) return prepareZip(path, fileName, rewritten, options, signal)
  if (bytes.subarray(0, 4).toString('latin1') === 'PAR1') return { path, format: 'parquet', notes: [] }
  if (bytes.length >= 4 && bytes.readUInt32LE(0) === 0xe011cfd0)
    throw new TableError('invalid', `${fileName} is an old Excel file (.xls).`, { hint: 'Save it as .xlsx or CSV.' })
  return prepareText(path, fileName, rewritten, bytes, options)
}

/** Reads a sheet of an Excel workbook, or the only file of an archive. */
async function prepareZip(
  path: string,
  fileName: string,
  rewritten: string,
  options: ReadingOptions,
  signal?: AbortSignal,
): Promise<Source> {
  const entries = await listZip(path, fileName)
  if (isWorkbook(entries)) {
    const sheet = `${rewritten}.sheet.csv`
    const notes = await writeSheet(path, fileName, entries, sheet, options.sheet, signal)
    return { path: sheet, format: 'csv', notes }
  }
  const [entry, ...others] = entries
  if (!entry || others.length > 0 || fileName.endsWith('(unpacked)'))
    throw new TableError(
      'invalid',
      `${fileName} is a zip archive of ${entries.length} files; an archive of one table is read.`,
      {
        hint: `Add its files one by one${
          entries.length > 0
            ? `: ${entries
                .slice(0, 5)
                .map(e => e.name)
                .join(', ')}`
            : ''
        }.`,
      },
    )
  const unpacked = `${rewritten}.unzipped`
  await unzipTo(path, fileName, entry, unpacked, signal)
  return prepareSource(unpacked, `${entry.name.split('/').at(-1)} (unpacked)`, rewritten, options, signal)
}

async function prepareText(
  path: string,
  fileName: string,
  rewritten: string,
  bytes: Buffer,
  options: ReadingOptions,
): Promise<Source> {
  const wished = options.encoding && requireDecoder(options.encoding).encoding
  const utf16 = wished ? undefined : utf16Of(bytes)
  const zeros = bytes.includes(0) && !wished?.startsWith('utf-16')
  if (!utf16 && (zeros || hasControls(bytes, wished))) throw notTableError(fileName)
  const encoding = wished ?? utf16 ?? (await detectEncoding(path, fileName))
  const notes: IngestNote[] = []
  let readable = path
  if (encoding !== 'utf-8') {
    await writeAsUtf8(path, encoding, rewritten)
    readable = rewritten
    if (!wished && encoding === 'windows-1252')
      notes.push({ code: 'encoding-detected', facts: { file: fileName, encoding } })
  }
  const text = (readable === path ? bytes : await head(readable)).toString('utf8').replace(/^\ufeff/, '')
  if (text.trim() === '')
    throw new TableError('invalid', `${fileName} contains only blank lines.`, {
      hint: 'Choose a file with a header line and at least one row.',
    })
  if (/^\s*[[{]/.test(text) && !/\.(csv|tsv|txt)( \(unpacked\))?$/i.test(fileName)) {
    await requireShallow(readable, fileName)
    return { path: readable, format: 'json', notes }
  }
  return { path: readable, format: 'csv', notes }
}

/** Text has hardly any control characters, whatever its encoding. */
function hasControls(bytes: Buffer, encoding: string | undefined): boolean {
  if (encoding?.startsWith('utf-16')) return false
  let odd = 0
  for (const byte of bytes.subarray(0, 4096)) if (byte < 32 && byte !== 9 && byte !== 10 && byte !== 13) odd++
  return odd > 8
}

/** An inspected file that can be read. */
export interface PreparedFile {
  source: Source
  /** For text files. */
  header?: Header
  name: string
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
      hint: 'Give every column a name in the header line. If lines stand above the header, skip them.',
      reasonCode: offerCode({ option: 'skipLines' }),
    })
  const seen = new Map<string, string>()
  for (const name of names) {
    const key = name.toLowerCase()
    const other = seen.get(key)
    seen.set(key, name)
    if (other === undefined) continue
    if (other === name)
      throw new TableError('invalid', `The column name “${name}” appears more than once in ${fileName}.`, {
        hint: 'Names must be unique, ignoring case.',
      })
    throw new TableError('invalid', `The column names “${other}” and “${name}” of ${fileName} differ only by case.`, {
      hint: 'Names must be unique, ignoring case. Rename one of them.',
    })
  }
}
