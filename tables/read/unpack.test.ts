import assert from 'node:assert/strict'
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { gzipSync, zstdCompressSync } from 'node:zlib'
import type { TableError } from '../errors.ts'
import { UNPACK_LIMITS, unpack } from './unpack.ts'

let folder: string
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fleximl-unpack-'))
})
after(() => rm(folder, { recursive: true, force: true }))

const refusal = (code: string, words: RegExp) => (error: TableError) => {
  assert.equal(error.code, code)
  assert.match(error.message, words)
  return true
}

describe('decompression', () => {
  it('gives the bytes back', async () => {
    const text = 'a,b\n1,2\n'.repeat(1000)
    for (const [how, bytes] of [
      ['gzip', gzipSync(text)],
      ['zstd', zstdCompressSync(text)],
    ] as const) {
      await writeFile(join(folder, 'x'), bytes)
      await unpack(join(folder, 'x'), 'x.csv', join(folder, 'out'), how)
      assert.equal(await readFile(join(folder, 'out'), 'utf8'), text)
    }
  })

  it('stops at the ratio limit, long before the byte limit', async () => {
    const bomb = gzipSync(Buffer.alloc(200 * 2 ** 20, '7'), { level: 9 })
    await writeFile(join(folder, 'bomb.csv.gz'), bomb)
    const ended = unpack(join(folder, 'bomb.csv.gz'), 'bomb.csv.gz', join(folder, 'out'), 'gzip')
    await assert.rejects(ended, refusal('too_large', /^bomb\.csv\.gz decompresses to more than 200 times its size\.$/))
    assert.ok((await stat(join(folder, 'out'))).size <= 128 * 2 ** 20)
  })

  it('a small repetitive table passes whatever its ratio', async () => {
    const bytes = gzipSync(Buffer.alloc(32 * 2 ** 20, '0,0,0,0\n'), { level: 9 })
    await writeFile(join(folder, 'zeros.csv.gz'), bytes)
    await unpack(join(folder, 'zeros.csv.gz'), 'zeros.csv.gz', join(folder, 'out'), 'gzip')
    assert.equal((await stat(join(folder, 'out'))).size, 32 * 2 ** 20)
  })

  it('stops when the disk is nearly full, before and while it writes', async () => {
    await writeFile(join(folder, 'x'), gzipSync('a\n1\n'))
    const limits = { ...UNPACK_LIMITS, minFreeShare: 1.01 }
    const ended = unpack(join(folder, 'x'), 'x.csv.gz', join(folder, 'never'), 'gzip', { limits })
    await assert.rejects(ended, refusal('disk_full', /of the disk would be free/))
    await assert.rejects(stat(join(folder, 'never')), /ENOENT/)
  })

  it('a cancel ends it at once', async () => {
    await writeFile(join(folder, 'big'), gzipSync(Buffer.alloc(120 * 2 ** 20, 'x')))
    const stop = new AbortController()
    const ended = unpack(join(folder, 'big'), 'big', join(folder, 'out'), 'gzip', { signal: stop.signal })
    setTimeout(() => stop.abort(new Error('cancelled')), 20)
    const begun = performance.now()
    await assert.rejects(ended, /cancelled/)
    assert.ok(performance.now() - begun < 2_000)
  })

  it('damaged data is refused in words', async () => {
    await writeFile(join(folder, 'cut'), gzipSync('a,b\n1,2\n'.repeat(1000)).subarray(0, 30))
    await assert.rejects(
      unpack(join(folder, 'cut'), 'cut.csv.gz', join(folder, 'out'), 'gzip'),
      refusal('invalid', /damaged or cut off/),
    )
  })
})
