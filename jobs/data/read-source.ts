import { createReadStream, createWriteStream } from 'node:fs'
import { open } from 'node:fs/promises'
import { Transform } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { AppError } from '#server/kernel/errors.ts'

export type SourceFormat = 'csv' | 'json' | 'parquet'

const HEAD_BYTES = 1 << 16

async function head(path: string): Promise<Buffer> {
  const handle = await open(path, 'r')
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(HEAD_BYTES), 0, HEAD_BYTES, 0)
    return buffer.subarray(0, bytesRead)
  } finally {
    await handle.close()
  }
}

const isGzip = (b: Buffer) => b[0] === 0x1f && b[1] === 0x8b

/**
 * Looks at the first bytes: Parquet by its mark, JSON by its first character, else text with a delimiter. Throws with words for what is
 * neither. UTF-16 is turned into UTF-8 in `rewritten`; the path to read comes back.
 */
export async function prepareSource(
  path: string,
  fileName: string,
  rewritten: string,
): Promise<{ path: string; format: SourceFormat; gzip: boolean }> {
  const bytes = await head(path)
  if (bytes.length === 0)
    throw new AppError('invalid', `${fileName} is empty.`, {
      hint: 'Choose a file with a header line and at least one row.',
    })
  if (bytes.subarray(0, 4).toString('latin1') === 'PAR1') return { path, format: 'parquet', gzip: false }
  if (isGzip(bytes)) return { path, format: /\.(json|ndjson|jsonl)\.gz$/i.test(fileName) ? 'json' : 'csv', gzip: true }
  const utf16 =
    bytes[0] === 0xff && bytes[1] === 0xfe
      ? 'utf-16le'
      : bytes[0] === 0xfe && bytes[1] === 0xff
        ? 'utf-16be'
        : undefined
  if (utf16) {
    const decoder = new TextDecoder(utf16)
    await pipeline(
      createReadStream(path),
      new Transform({
        transform: (chunk, _, done) => done(null, decoder.decode(chunk, { stream: true })),
        flush: done => done(null, decoder.decode()),
      }),
      createWriteStream(rewritten),
    )
    return { path: rewritten, format: 'csv', gzip: false }
  }
  if (bytes.includes(0))
    throw new AppError('invalid', `${fileName} is not a table: it contains binary data.`, {
      hint: 'FlexiML reads CSV, TSV, JSON, NDJSON and Parquet, also gzipped.',
    })
  const text = bytes.toString('utf8').replace(/^\ufeff/, '')
  const odd = [...text.slice(0, 4096)].filter(ch => ch < ' ' && !'\t\r\n'.includes(ch)).length
  const broken = text.slice(0, 4096).split('\ufffd').length - 1
  if (odd > 8 || broken > 200)
    throw new AppError('invalid', `${fileName} is not a table: it contains binary data.`, {
      hint: 'FlexiML reads CSV, TSV, JSON, NDJSON and Parquet, also gzipped.',
    })
  if (text.trim() === '')
    throw new AppError('invalid', `${fileName} contains only blank lines.`, {
      hint: 'Choose a file with a header line and at least one row.',
    })
  if (/^\s*[[{]/.test(text) && !/\.(csv|tsv|txt)$/i.test(fileName)) return { path, format: 'json', gzip: false }
  return { path, format: 'csv', gzip: false }
}

/** The header line of a text file, split by the delimiter it most likely has; quotes are respected. */
export async function readHeader(path: string): Promise<{ names: string[]; delimiter: string }> {
  const text = (await head(path)).toString('utf8').replace(/^\ufeff/, '')
  const line = text.split(/\r\n|\n|\r/).find(l => l.trim() !== '') ?? ''
  const candidates = [',', ';', '\t', '|'].map(delimiter => ({ delimiter, names: splitLine(line, delimiter) }))
  return candidates.reduce((best, c) => (c.names.length > best.names.length ? c : best))
}

function splitLine(line: string, delimiter: string): string[] {
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

const MAX_COLUMNS = 10_000

/** Names as they will be: refuses empty and doubled ones, naming them. */
export function requireGoodNames(names: string[], fileName: string): void {
  if (names.length > MAX_COLUMNS)
    throw new AppError('too_large', `${fileName} has ${names.length} columns; at most ${MAX_COLUMNS} are read.`)
  const empty = names.flatMap((n, i) => (n === '' ? [i + 1] : []))
  if (empty.length > 0)
    throw new AppError('invalid', `Column ${empty.slice(0, 5).join(', ')} of ${fileName} has no name.`, {
      hint: 'Give every column a name in the header line.',
    })
  const seen = new Map<string, number>()
  const doubled = new Set<string>()
  for (const name of names) {
    const key = name.toLowerCase()
    if (seen.has(key)) doubled.add(name)
    seen.set(key, 1)
  }
  if (doubled.size > 0)
    throw new AppError(
      'invalid',
      `The column name ${[...doubled]
        .slice(0, 5)
        .map(n => `“${n}”`)
        .join(', ')} appears more than once in ${fileName}.`,
      { hint: 'Names must differ, also apart from upper and lower case.' },
    )
}
