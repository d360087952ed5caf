import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { derivedId, newId, newSecret, parseId, sameSecret, shortHex } from './ids.ts'

describe('ids', () => {
  it('sort in the order they were made, also within one millisecond and when the clock steps back', () => {
    let now = 1_700_000_000_000
    const clock = { now: () => now }
    const made = Array.from({ length: 5000 }, (_, i) => {
      if (i === 2500) now -= 10_000
      return newId(clock)
    })
    assert.deepEqual(made, [...made].sort())
    assert.equal(new Set(made).size, made.length)
    assert.match(made[0]!, /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
  })

  it('a derived id is the same for the same parts and sorts by its time', () => {
    const id = derivedId(Date.parse('2026-01-01T00:00:00Z'), 'consumer', 7)
    assert.equal(id, derivedId(Date.parse('2026-01-01T00:00:00Z'), 'consumer', 7))
    assert.notEqual(id, derivedId(Date.parse('2026-01-01T00:00:00Z'), 'consumer', 8))
    assert.ok(id < derivedId(Date.parse('2026-01-01T00:00:01Z'), 'consumer', 7))
    assert.equal(parseId(id), id)
    assert.match(id, /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab]/)
  })

  it('a run prints as 32 hex digits and is found by them', () => {
    const id = newId()
    assert.equal(parseId(shortHex(id)), id)
    assert.equal(parseId(id.toUpperCase()), id)
    for (const bad of ['', 'x', `${id}0`, "' OR 1=1"]) assert.equal(parseId(bad), undefined)
  })

  it('secrets have 256 bits and compare by value', () => {
    const a = newSecret()
    assert.equal(Buffer.from(a, 'base64url').length, 32)
    assert.ok(sameSecret(a, a))
    assert.ok(!sameSecret(a, newSecret()))
  })
})
