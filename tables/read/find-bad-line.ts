import { createReadStream } from 'node:fs'
import type { Header } from './read-header.ts'

export type BadLine =
  /** `share`: of the lines below the header that are bad; `total`, `share`: unknown if the file is too long to count. */
  | { line: number; cells: number; total?: number; share?: number }
  | { line: number; openQuote: true }
  | { badText: true; line: number }

const LF = 0x0a
const CR = 0x0d
const SPACE = 0x20
/** Bad lines are counted in so many bytes after the first. */
const COUNTED_BYTES = 256 * 2 ** 20

/**
 * Finds the first line whose number of cells differs from the header's, whose quote is never closed, or that is not UTF-8. DuckDB does not
 * always report the line, so this reads the bytes once and counts delimiters outside quotes. Lines are counted from 1, as in editors. One
 * empty cell more than the header has is a delimiter at the end of the line.
 */
export async function findBadLine(
  path: string,
  header: Pick<Header, 'delimiter' | 'quote' | 'escape' | 'skip' | 'names'>,
): Promise<BadLine | undefined> {
  const { skip, names } = header
  const width = names.length
  const [mark, quoteByte, escapeByte] = [header.delimiter, header.quote, header.escape].map(ch => ch.charCodeAt(0))
  const decoder = new TextDecoder('utf-8', { fatal: true })
  let [line, startedAt, cells, previous] = [1, 1, 1, 0]
  let [content, quoted, cellHas, escaped] = [false, false, false, false]
  let first: { line: number; cells: number } | undefined
  let [bad, lines, counted] = [0, 0, 0]
  const endLine = () => {
    if (startedAt <= skip || !content) return
    lines++
    if (cells === width || (cells === width + 1 && !cellHas)) return
    first ??= { line: startedAt, cells }
    bad++
  }
  for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20 }) as AsyncIterable<Buffer>) {
    for (const byte of chunk) {
      if (escaped) escaped = false
      else if (quoted && escapeByte !== quoteByte && byte === escapeByte) escaped = true
      else if (byte === quoteByte && (quoted || !cellHas || previous === quoteByte)) {
        quoted = !quoted
        content = true
        cellHas = true
      } else if (byte === LF || (byte === CR && !quoted)) {
        if (!quoted && !(byte === LF && previous === CR)) {
          endLine()
          cells = 1
          content = false
          cellHas = false
        }
        if (!(byte === LF && previous === CR && !quoted)) line++
        if (!quoted) startedAt = line
      } else if (byte === mark && !quoted) {
        cells++
        content = true
        cellHas = false
      } else if (byte !== SPACE) {
        content = true
        cellHas = true
      }
      previous = byte
    }
    if (first) {
      counted += chunk.length
      if (counted > COUNTED_BYTES) return first
      continue
    }
    if (!isText(decoder, chunk)) return { badText: true, line: await lineOfBadText(path) }
  }
  // After an open quote the lines are not known.
  if (quoted) return first ?? { line: startedAt, openQuote: true }
  endLine()
  return first && { ...first, total: bad, share: bad / Math.max(1, lines - 1) }
}

function isText(decoder: TextDecoder, chunk: Buffer): boolean {
  try {
    decoder.decode(chunk, { stream: true })
    return true
  } catch {
    return false
  }
}

/** Returns the first line that is not UTF-8. */
export async function lineOfBadText(path: string): Promise<number> {
  let line = 1
  let rest: Buffer = Buffer.alloc(0)
  for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20 }) as AsyncIterable<Buffer>) {
    const bytes = Buffer.concat([rest, chunk])
    let from = 0
    for (let at = bytes.indexOf(LF, from); at >= 0; at = bytes.indexOf(LF, from)) {
      if (bytes.subarray(from, at).toString('utf8').includes('\ufffd')) return line
      line++
      from = at + 1
    }
    rest = bytes.subarray(from)
  }
  return line
}
