import { isAscii, isUtf8 } from 'node:buffer'
import { createReadStream, createWriteStream } from 'node:fs'
import { Transform } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { TableError } from '../errors.ts'
import { offerCode } from './contract.ts'
import { lineOfBadText } from './find-bad-line.ts'

const CHUNK_BYTES = 1 << 20

/** Returns the encoding that a byte order mark, or the pattern of zero bytes, shows; undefined for 8-bit text. */
export function utf16Of(bytes: Uint8Array): 'utf-16le' | 'utf-16be' | undefined {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return 'utf-16le'
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return 'utf-16be'
  const looked = bytes.subarray(0, Math.min(bytes.length, 4096) & ~1)
  let [even, odd] = [0, 0]
  for (let i = 0; i < looked.length; i += 2) {
    if (looked[i] === 0) even++
    if (looked[i + 1] === 0) odd++
  }
  const pairs = looked.length / 2
  // Latin text has a zero in every pair; a few other letters do not matter.
  if (odd > pairs * 0.6 && even < pairs * 0.05) return 'utf-16le'
  if (even > pairs * 0.6 && odd < pairs * 0.05) return 'utf-16be'
  return undefined
}

/** Length of the bytes that do not end inside a character. */
function wholeLength(bytes: Uint8Array): number {
  for (let back = 1; back <= Math.min(4, bytes.length); back++) {
    const byte = bytes[bytes.length - back]!
    if ((byte & 0xc0) === 0x80) continue
    const length = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : byte >= 0xc0 ? 2 : 1
    return length > back ? bytes.length - back : bytes.length
  }
  return bytes.length
}

/**
 * Returns `utf-8`, or `windows-1252` for a file whose letters above ASCII are none in UTF-8. Throws, naming the line, for UTF-8 text with
 * damaged letters: reading all of it in another encoding would damage the others.
 */
export async function detectEncoding(path: string, fileName: string): Promise<'utf-8' | 'windows-1252'> {
  let rest: Buffer = Buffer.alloc(0)
  let [bad, good] = [0, 0]
  for await (const chunk of createReadStream(path, { highWaterMark: CHUNK_BYTES }) as AsyncIterable<Buffer>) {
    const bytes = rest.length > 0 ? Buffer.concat([rest, chunk]) : chunk
    const whole = wholeLength(bytes)
    const part = bytes.subarray(0, whole)
    rest = Buffer.from(bytes.subarray(whole))
    if (isAscii(part)) continue
    if (isUtf8(part)) {
      // Counts of valid letters matter only next to damaged ones: a few are enough.
      if (good < 1000) good += lettersAboveAscii(part)
      continue
    }
    const text = part.toString('utf8')
    bad += text.split('\ufffd').length - 1
    good += [...text.matchAll(/[^\0-\x7f\ufffd]/g)].length
  }
  if (rest.length > 0) bad++
  if (bad === 0) return 'utf-8'
  if (bad > good) return 'windows-1252'
  throw new TableError(
    'invalid',
    `Line ${await lineOfBadText(path)} of ${fileName} is not UTF-8 text, unlike the rest of the file.`,
    {
      hint: 'Save the file as UTF-8 (in Excel: “CSV UTF-8”), or choose its encoding, then add it again.',
      reasonCode: offerCode({ option: 'encoding' }),
    },
  )
}

function lettersAboveAscii(bytes: Uint8Array): number {
  let n = 0
  for (let i = 0; i < bytes.length && n < 1000; i++) if (bytes[i]! >= 0xc0) n++
  return n
}

/** Writes a text file as UTF-8. Throws for an unknown encoding. */
export async function writeAsUtf8(path: string, encoding: string, target: string): Promise<void> {
  const decoder = requireDecoder(encoding)
  await pipeline(
    createReadStream(path),
    new Transform({
      transform: (chunk, _, done) => done(null, decoder.decode(chunk, { stream: true })),
      flush: done => done(null, decoder.decode()),
    }),
    createWriteStream(target),
  )
}

/** Writes a text file with one kind of line end: a file joined from several may have two. */
export async function unifyLineEnds(path: string, target: string): Promise<void> {
  let carry = ''
  await pipeline(
    createReadStream(path, { encoding: 'utf8' }),
    new Transform({
      decodeStrings: false,
      transform: (chunk: string, _, done) => {
        const text = carry + chunk
        carry = text.endsWith('\r') ? '\r' : ''
        done(null, text.slice(0, text.length - carry.length).replaceAll('\r\n', '\n'))
      },
      flush: done => done(null, carry),
    }),
    createWriteStream(target),
  )
}

export function requireDecoder(encoding: string): TextDecoder {
  try {
    return new TextDecoder(encoding)
  } catch {
    throw new TableError('invalid', `There is no encoding “${encoding}”.`, {
      hint: 'Examples: utf-8, utf-16le, windows-1252, windows-1250, iso-8859-2, shift_jis, gb18030.',
      reasonCode: offerCode({ option: 'encoding' }),
    })
  }
}
