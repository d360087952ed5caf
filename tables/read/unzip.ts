import { createWriteStream } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'
import { pipeline } from 'node:stream/promises'
import { createInflateRaw } from 'node:zlib'
import { TableError } from '../errors.ts'
import { meterFor } from './unpack.ts'

/** A file in a zip archive. */
export interface ZipEntry {
  name: string
  compressed: number
  offset: number
  /** 0: stored, 8: deflated. */
  method: number
}

const END_BYTES = 66_000
const MAX_ENTRIES = 10_000

export const isZip = (bytes: Uint8Array): boolean =>
  bytes[0] === 0x50 && bytes[1] === 0x4b && bytes[2] === 0x03 && bytes[3] === 0x04

const damaged = (fileName: string) =>
  new TableError('invalid', `${fileName} cannot be opened: the zip archive is damaged, encrypted or cut off.`, {
    hint: 'Save or compress it again.',
  })

async function readAt(file: FileHandle, position: number, length: number): Promise<Buffer> {
  const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, position)
  return buffer.subarray(0, bytesRead)
}

/** Lists the files of a zip archive, without folders. Throws `invalid` for archives that are damaged, encrypted or larger than 4 GB. */
export async function listZip(path: string, fileName: string): Promise<ZipEntry[]> {
  const file = await open(path, 'r')
  try {
    const { size } = await file.stat()
    const tailAt = Math.max(0, size - END_BYTES)
    const tail = await readAt(file, tailAt, size - tailAt)
    const end = tail.lastIndexOf(Buffer.from([0x50, 0x4b, 0x05, 0x06]))
    if (end < 0 || end + 20 > tail.length) throw damaged(fileName)
    const [count, bytes, at] = [tail.readUInt16LE(end + 10), tail.readUInt32LE(end + 12), tail.readUInt32LE(end + 16)]
    if (count > MAX_ENTRIES || at + bytes > size) throw damaged(fileName)
    const directory = await readAt(file, at, bytes)
    const entries: ZipEntry[] = []
    for (let p = 0; p + 46 <= directory.length && directory.readUInt32LE(p) === 0x02014b50; ) {
      const lengths = [directory.readUInt16LE(p + 28), directory.readUInt16LE(p + 30), directory.readUInt16LE(p + 32)]
      const name = directory.toString('utf8', p + 46, p + 46 + lengths[0]!)
      const encrypted = (directory.readUInt16LE(p + 8) & 1) !== 0
      const method = directory.readUInt16LE(p + 10)
      if (encrypted || (method !== 0 && method !== 8)) throw damaged(fileName)
      if (!name.endsWith('/') && !name.startsWith('__MACOSX/'))
        entries.push({
          name,
          method,
          compressed: directory.readUInt32LE(p + 20),
          offset: directory.readUInt32LE(p + 42),
        })
      p += 46 + lengths[0]! + lengths[1]! + lengths[2]!
    }
    return entries
  } finally {
    await file.close()
  }
}

/** Unpacks one file of an archive into `target`, within the limits of decompression. */
export async function unzipTo(
  path: string,
  fileName: string,
  entry: ZipEntry,
  target: string,
  signal?: AbortSignal,
): Promise<void> {
  const file = await open(path, 'r')
  try {
    const header = await readAt(file, entry.offset, 30)
    if (header.length < 30 || header.readUInt32LE(0) !== 0x04034b50) throw damaged(fileName)
    const start = entry.offset + 30 + header.readUInt16LE(26) + header.readUInt16LE(28)
    const source = file.createReadStream({ start, end: start + entry.compressed - 1, autoClose: false })
    const meter = await meterFor(target, fileName, entry.compressed)
    if (entry.compressed === 0) return void (await pipeline([Buffer.alloc(0)], createWriteStream(target)))
    if (entry.method === 0) await pipeline(source, meter, createWriteStream(target), { signal })
    else await pipeline(source, createInflateRaw(), meter, createWriteStream(target), { signal })
  } catch (error) {
    signal?.throwIfAborted()
    if (/^Z_/.test(String((error as { code?: unknown })?.code))) throw damaged(fileName)
    throw error
  } finally {
    await file.close()
  }
}
