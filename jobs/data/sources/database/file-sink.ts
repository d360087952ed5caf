import { createHash } from 'node:crypto'
import { createWriteStream } from 'node:fs'
import { Transform } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { AppError } from '#server/kernel/errors.ts'

const PIECE = 1 << 18
const PROGRESS_ROWS = 50_000

export interface SinkOptions {
  path: string
  /** First bytes of the file. */
  head: string
  maxBytes: number
  signal: AbortSignal
  /** Reports the rows so far. */
  rows?(count: number): void
}

/**
 * Writes the rows of a query to a file and hashes them. Buffers small rows, and reads from the source only what the disk has accepted.
 * `encode` converts one or several rows to lines.
 */
export async function writeRows<T>(
  source: AsyncIterable<T> | NodeJS.ReadableStream,
  encode: (given: T) => { text: string; rows: number },
  { path, head, maxBytes, signal, rows }: SinkOptions,
): Promise<{ rows: number; bytes: number; digest: string }> {
  const hash = createHash('sha256')
  let count = 0
  let bytes = 0
  let waiting: Buffer[] = []
  let held = 0
  const take = (piece: Buffer) => {
    waiting.push(piece)
    held += piece.length
    bytes += piece.length
  }
  const flush = () => {
    const all = Buffer.concat(waiting, held)
    waiting = []
    held = 0
    hash.update(all)
    return all
  }
  take(Buffer.from(head))
  await pipeline(
    source,
    new Transform({
      writableObjectMode: true,
      writableHighWaterMark: 2,
      transform(given: T, _encoding, done) {
        const piece = encode(given)
        take(Buffer.from(piece.text))
        const before = count
        count += piece.rows
        if (Math.floor(count / PROGRESS_ROWS) > Math.floor(before / PROGRESS_ROWS)) rows?.(count)
        if (bytes > maxBytes)
          return done(
            new AppError('too_large', `The query delivers more than ${maxBytes} bytes (${count} rows so far).`, {
              hint: 'Select fewer columns or rows, or read a part at a time and append.',
            }),
          )
        done(null, held >= PIECE ? flush() : undefined)
      },
      flush(done) {
        done(null, held > 0 ? flush() : undefined)
      },
    }),
    createWriteStream(path, { mode: 0o600 }),
    { signal },
  )
  return { rows: count, bytes, digest: hash.digest('hex') }
}

const QUOTED = /[",\r\n]/

/** Formats a cell by RFC 4180: an empty cell is a missing value, two quotes are the empty text. */
export const csvCell = (text: string | null): string =>
  text === null
    ? ''
    : text === '' || QUOTED.test(text) || text.trim() !== text
      ? `"${text.replaceAll('"', '""')}"`
      : text

export const csvLine = (cells: (string | null)[]): string => `${cells.map(csvCell).join(',')}\n`
