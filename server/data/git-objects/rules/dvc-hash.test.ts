import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { describe, it } from 'node:test'
import { DvcHash, looksLikeText } from './dvc-hash.ts'

const md5 = (bytes: Uint8Array | string) => createHash('md5').update(bytes).digest('hex')
const hashed = (bytes: Uint8Array, alsoUnix: boolean, piece: number) => {
  const hash = new DvcHash(alsoUnix)
  for (let i = 0; i < bytes.length; i += piece) hash.update(bytes.subarray(i, i + piece))
  return hash
}

describe('the MD5 of DVC', () => {
  const text = new TextEncoder().encode('a\r\nb\r\n'.repeat(400_000))
  for (const piece of [999_983, 1 << 20, 65_536, text.length])
    it(`is the same however the bytes arrive: by ${piece}`, () => {
      assert.equal(hashed(text, false, piece).matches(md5(text)), true)
      assert.equal(hashed(text, true, piece).matches(md5(text)), true)
      // As DVC 2 reads: a pair of line ends that is cut by 2 ** 20 stays as it is.
      const unix = createHash('md5')
      for (let i = 0; i < text.length; i += 1 << 20)
        unix.update(
          Buffer.from(text.subarray(i, i + (1 << 20)))
            .toString('latin1')
            .replaceAll('\r\n', '\n'),
          'latin1',
        )
      const wanted = unix.digest('hex')
      assert.equal(hashed(text, true, piece).matches(wanted), true)
      assert.equal(hashed(text, false, piece).matches(wanted), false)
    })

  it('converts no binary data', () => {
    const bytes = new TextEncoder().encode('\0a\r\nb')
    assert.equal(hashed(bytes, true, 2).matches(md5('\0a\nb')), false)
    assert.equal(hashed(bytes, true, 2).matches(md5(bytes)), true)
  })

  it('knows text when it sees it', () => {
    assert.equal(looksLikeText(new Uint8Array()), true)
    assert.equal(looksLikeText(new TextEncoder().encode('day,rentals\r\n')), true)
    assert.equal(looksLikeText(new Uint8Array([65, 0, 66])), false)
    assert.equal(looksLikeText(new Uint8Array(100).fill(200)), false)
  })
})
