import { createReadStream } from 'node:fs'

export type BadLine =
  | { line: number; cells: number }
  | { line: number; openQuote: true }
  | { badText: true; line: number }

const QUOTE = 0x22
const LF = 0x0a
const CR = 0x0d

/**
 * Finds the first line whose number of cells differs from the header's, whose quote is never closed, or that is not UTF-8. DuckDB does not
 * always report the line, so this reads the bytes once and counts delimiters outside quotes. Lines are counted from 1, as in editors.
 */
export async function findBadLine(path: string, delimiter: string, width: number): Promise<BadLine | undefined> {
  const mark = delimiter.charCodeAt(0)
  const decoder = new TextDecoder('utf-8', { fatal: true })
  let line = 1
  let startedAt = 1
  let cells = 1
  let content = false
  let quoted = false
  let previous = 0
  for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20 }) as AsyncIterable<Buffer>) {
    for (const byte of chunk) {
      if (byte === QUOTE) {
        quoted = !quoted
        content = true
      } else if (byte === LF || (byte === CR && !quoted)) {
        if (!quoted && !(byte === LF && previous === CR)) {
          if (content && cells !== width) return { line: startedAt, cells }
          cells = 1
          content = false
        }
        if (!(byte === LF && previous === CR && !quoted)) line++
        if (!quoted) startedAt = line
      } else if (byte === mark && !quoted) {
        cells++
        content = true
      } else content = true
      previous = byte
    }
    try {
      decoder.decode(chunk, { stream: true })
    } catch {
      return { badText: true, line: await lineOfBadText(path) }
    }
  }
  if (quoted) return { line: startedAt, openQuote: true }
  return content && cells !== width ? { line: startedAt, cells } : undefined
}

async function lineOfBadText(path: string): Promise<number> {
  let line = 1
  let rest = Buffer.alloc(0)
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
