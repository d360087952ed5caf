import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { LATENCY_BOUNDS_MS } from '../contract.ts'
import { previousVersion } from './choose-rollback.ts'
import { latencyBucket, latencyQuantile } from './read-latency.ts'
import { resolveInstant } from './resolve-instant.ts'
import { mintTryIt, readTryIt } from './try-it-token.ts'

const revisions = (text: string) =>
  text
    .split(' ')
    .filter(Boolean)
    .map((t, i) => ({ number: i + 1, action: t.startsWith('r') ? 'rollback' : 'promote', versionId: t.slice(1) }))

describe('serving rules', () => {
  for (const [history, expected] of [
    ['', undefined],
    ['p1', undefined],
    ['p1 p2', '1'],
    ['p1 p2 p2', '1'],
    ['p1 p2 p3', '2'],
    ['p1 p2 p3 r2', '1'],
    ['p1 p2 p3 r2 r1', undefined],
    ['p1 p2 r1 p3', '1'],
    ['p1 p2 p3 r1 p3', '1'],
    ['p1 p2 r9', undefined],
  ] as const)
    it(`after “${history}” a rollback goes to ${expected ?? 'nowhere'}`, () =>
      assert.equal(previousVersion(revisions(history)), expected))

  for (const [text, zone, expected] of [
    ['2026-03-01T12:00Z', 'Europe/Berlin', '2026-03-01T12:00:00.000Z'],
    ['2026-03-01T12:00', 'Europe/Berlin', '2026-03-01T11:00:00.000Z'],
    ['2026-07-01', 'Europe/Berlin', '2026-06-30T22:00:00.000Z'],
    ['2026-07-01T12:00:00.250+02:00', 'America/New_York', '2026-07-01T10:00:00.250Z'],
    ['2026-03-29T02:30', 'Europe/Berlin', '2026-03-29T01:30:00.000Z'],
    ['2026-10-25T02:30', 'Europe/Berlin', '2026-10-25T00:30:00.000Z'],
    ['2012-03-01 14:00', 'UTC', '2012-03-01T14:00:00.000Z'],
    ['yesterday', 'UTC', undefined],
    ['2026-02-30', 'UTC', undefined],
    ['+012026-01-01', 'UTC', undefined],
    ['2026-03-01T14:00+14:00', 'Europe/Berlin', '2026-03-01T00:00:00.000Z'],
    ['2026-03-01 14:00 UTC', 'Europe/Berlin', '2026-03-01T14:00:00.000Z'],
    ['2026-03-01 14:00GMT', 'Europe/Berlin', '2026-03-01T14:00:00.000Z'],
    ['2026-03-01T14:00+99:99', 'UTC', undefined],
    ['2026-03-01T14:00+99:99', 'Europe/Berlin', undefined],
    ['2026-03-01T14:00-1401', 'UTC', undefined],
    ['2026-03-01T14:00+05:60', 'UTC', undefined],
  ] as const)
    it(`${text} in ${zone} is ${expected ?? 'no time'}`, () => {
      const ms = resolveInstant(text, zone)
      assert.equal(Number.isNaN(ms) ? undefined : new Date(ms).toISOString(), expected)
    })

  it('a duration lies in the bucket of the first bound that is not below it', () => {
    for (const [i, bound] of LATENCY_BOUNDS_MS.entries()) assert.equal(latencyBucket(bound), i)
    assert.equal(latencyBucket(0), 0)
    assert.equal(latencyBucket(1e9), LATENCY_BOUNDS_MS.length)
  })
  it('quantiles lie within their bucket, and there is none without requests', () => {
    assert.equal(latencyQuantile([], 0.5), null)
    const counts = new Array<number>(LATENCY_BOUNDS_MS.length + 1).fill(0)
    counts[5] = 100
    assert.equal(latencyQuantile(counts, 0.5), 0.875)
    counts[LATENCY_BOUNDS_MS.length] = 1
    assert.equal(latencyQuantile(counts, 1), 5000)
  })
  it('a try-it token is good for its minute and only with our signature', () => {
    const token = mintTryIt({ project: 'p', endpoint: 'e', exp: 100 }, 'key')
    assert.deepEqual(readTryIt(token, 'key', 99_000), { project: 'p', endpoint: 'e', exp: 100 })
    assert.equal(readTryIt(token, 'key', 100_000), undefined)
    assert.equal(readTryIt(token, 'other', 0), undefined)
    assert.equal(readTryIt(`${token}x`, 'key', 0), undefined)
    assert.equal(readTryIt('tryit.', 'key', 0), undefined)
  })
})
