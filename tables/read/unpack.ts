import { createReadStream, createWriteStream } from 'node:fs'
import { stat, statfs } from 'node:fs/promises'
import { dirname } from 'node:path'
import { Transform } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createGunzip, createZstdDecompress } from 'node:zlib'
import { TableError } from '../errors.ts'

const GB = 2 ** 30

export interface UnpackLimits {
  maxBytes: number
  /** Most bytes per compressed byte, once more than `freeBytes` were written: tables compress less, even repetitive ones. */
  maxRatio: number
  freeBytes: number
  /** Share of the disk that stays free. */
  minFreeShare: number
}

/** A small file can expand to a very large one; decompression stops at the first of these limits. */
export const UNPACK_LIMITS: UnpackLimits = {
  maxBytes: 20 * GB,
  maxRatio: 200,
  freeBytes: GB / 8,
  minFreeShare: 0.05,
}

/** The disk is looked at again after this many bytes. */
const CHECK_EVERY_BYTES = 32 * 2 ** 20

async function requireFreeDisk(folder: string, fileName: string, minFreeShare: number): Promise<void> {
  const { bavail, blocks } = await statfs(folder)
  if (bavail / blocks < minFreeShare)
    throw new TableError(
      'disk_full',
      `${fileName} cannot be decompressed: less than ${Math.round(minFreeShare * 100)} % of the disk would be free.`,
      { hint: 'Free space on the server, or upload the table as Parquet, which needs no decompression.' },
    )
}

/** Returns a stream that passes bytes on until a limit is reached. */
function meter(folder: string, fileName: string, compressedBytes: number, limits: UnpackLimits): Transform {
  const { maxBytes, maxRatio, freeBytes, minFreeShare } = limits
  const ratioBytes = Math.max(freeBytes, compressedBytes * maxRatio)
  let bytes = 0
  let checkAt = CHECK_EVERY_BYTES
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      bytes += chunk.length
      if (bytes > maxBytes)
        return done(new TableError('too_large', `${fileName} decompresses to more than ${maxBytes / GB} GB.`))
      if (bytes > ratioBytes)
        return done(
          new TableError('too_large', `${fileName} decompresses to more than ${maxRatio} times its size.`, {
            hint: 'Such files are refused because they can fill the disk. Upload the table without compression or as Parquet.',
          }),
        )
      if (bytes < checkAt) return done(null, chunk)
      checkAt = bytes + CHECK_EVERY_BYTES
      requireFreeDisk(folder, fileName, minFreeShare).then(() => done(null, chunk), done)
    },
  })
}

/**
 * Decompresses gzip or zstd into `target`. Throws `too_large` or `disk_full` at the limits, `invalid` for damaged data, and the reason of
 * the signal.
 */
export async function unpack(
  path: string,
  fileName: string,
  target: string,
  how: 'gzip' | 'zstd',
  options: { signal?: AbortSignal; limits?: UnpackLimits } = {},
): Promise<void> {
  const { limits = UNPACK_LIMITS, signal } = options
  const folder = dirname(target)
  await requireFreeDisk(folder, fileName, limits.minFreeShare)
  const { size } = await stat(path)
  const unpacker = how === 'gzip' ? createGunzip() : createZstdDecompress()
  try {
    await pipeline(createReadStream(path), unpacker, meter(folder, fileName, size, limits), createWriteStream(target), {
      signal,
    })
  } catch (error) {
    signal?.throwIfAborted()
    if (!/^(Z_|ZSTD_|ERR_ZSTD)/.test(String((error as { code?: unknown })?.code))) throw error
    throw new TableError('invalid', `${fileName} cannot be decompressed: the ${how} data is damaged or cut off.`, {
      hint: 'Compress and upload it again.',
      cause: error,
    })
  }
}

/** Returns the meter of one file of an archive that is written to `target`. */
export async function meterFor(target: string, fileName: string, compressedBytes: number): Promise<Transform> {
  const folder = dirname(target)
  await requireFreeDisk(folder, fileName, UNPACK_LIMITS.minFreeShare)
  return meter(folder, fileName, compressedBytes, UNPACK_LIMITS)
}
