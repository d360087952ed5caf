import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { decrypt, encrypt } from './encrypt.ts'

const KEY = 'k'.repeat(32)

describe('encrypted secrets', () => {
  it('come back, and never look the same twice', () => {
    const texts = ['', 'päss', 'x'.repeat(10_000)]
    for (const text of texts) assert.equal(decrypt(KEY, 'p', 'row', encrypt(KEY, 'p', 'row', text)), text)
    assert.notEqual(encrypt(KEY, 'p', 'row', 'a'), encrypt(KEY, 'p', 'row', 'a'))
    assert.doesNotMatch(encrypt(KEY, 'p', 'row', 'hunter2hunter2'), /hunter/)
  })

  it('are refused with another key, purpose or row, and when a bit changed', () => {
    const text = encrypt(KEY, 'p', 'row', 'secret')
    const changed = text.slice(0, -2) + (text.endsWith('AA') ? 'BB' : 'AA')
    for (const [key, purpose, row, stored] of [
      ['l'.repeat(32), 'p', 'row', text],
      [KEY, 'q', 'row', text],
      [KEY, 'p', 'other', text],
      [KEY, 'p', 'row', changed],
      [KEY, 'p', 'row', 'v1.'],
    ] as const)
      assert.throws(() => decrypt(key, purpose, row, stored), /FLEXIML_ENCRYPTION_KEY|cannot be read/)
  })
})
