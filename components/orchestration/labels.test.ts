import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { TimelineLane } from '#server/orchestration/contract.ts'
import { drawnSpan, formatElapsed, formatWindow, jobStateLabel, overviewSentence, ticksOf } from './labels.ts'

describe('words of jobs', () => {
  it('one sentence says what runs, what waits and what failed', () => {
    for (const [counts, sentence] of [
      [{}, 'No running or failed jobs.'],
      [{ running: 1 }, 'Jobs: 1 running.'],
      [{ running: 2, queued: 1 }, 'Jobs: 2 running, 1 queued.'],
      [{ queued: 3, failed: 1, succeeded: 9 }, 'Jobs: 3 queued, 1 failed.'],
    ] as const)
      assert.equal(overviewSentence(counts), sentence)
  })

  it('a state says how far it is, and that it is being cancelled', () => {
    assert.equal(jobStateLabel({ state: 'running', cancelling: false, progress: { done: 0.424 } }), 'running 42 %')
    assert.equal(jobStateLabel({ state: 'running', cancelling: true, progress: { done: 0.4 } }), 'cancelling')
    assert.equal(jobStateLabel({ state: 'succeeded', cancelling: false, progress: null }), 'succeeded')
  })

  it('durations and windows are words', () => {
    assert.equal(formatElapsed('2026-01-01T00:00:00Z', '2026-01-01T00:01:05Z', 0), '1 min 5 s')
    assert.equal(formatElapsed(null, null, 0), '–')
    assert.deepEqual([15, 60, 360, 1440].map(formatWindow), ['15 minutes', 'hour', '6 hours', 'day'])
  })
})

describe('the time axis', () => {
  it('leaves out the empty time before the first job, never less than ten seconds', () => {
    const lane = (createdAt: string) => ({ job: { createdAt, endedAt: null }, attempts: [] }) as unknown as TimelineLane
    const to = Date.parse('2026-01-01T01:00:00Z')
    const from = to - 3_600_000
    assert.equal(drawnSpan([lane('2026-01-01T00:50:00Z')], from, to).from, to - 600_000)
    assert.equal(drawnSpan([lane('2025-12-31T00:00:00Z')], from, to).from, from)
    assert.equal(drawnSpan([lane('2026-01-01T00:59:59Z')], from, to).from, to - 10_000)
    assert.equal(drawnSpan([], from, to).from, to - 10_000)
  })

  it('ends at the last job when it has been quiet for long since, and says so', () => {
    const lane = (createdAt: string, endedAt: string | null) =>
      ({ job: { createdAt, endedAt }, attempts: [] }) as unknown as TimelineLane
    const now = Date.parse('2026-01-01T01:00:00Z')
    const from = now - 3_600_000
    const over = drawnSpan([lane('2026-01-01T00:10:00Z', '2026-01-01T00:20:00Z')], from, now)
    assert.equal(over.quietSince, '2026-01-01T00:20:00.000Z')
    assert.ok(over.to < Date.parse('2026-01-01T00:21:00Z'))
    const busy = drawnSpan(
      [lane('2026-01-01T00:10:00Z', '2026-01-01T00:20:00Z'), lane('2026-01-01T00:59:00Z', null)],
      from,
      now,
    )
    assert.equal(busy.quietSince, null)
    assert.ok(busy.to > now)
  })

  it('has a handful of round instants', () => {
    for (const span of [10_000, 61_000, 3_600_000, 86_400_000, 7 * 86_400_000]) {
      const ticks = ticksOf(1_700_000_000_123, 1_700_000_000_123 + span)
      assert.ok(ticks.length >= 2 && ticks.length <= 8, `${span}: ${ticks.length}`)
      for (const tick of ticks) assert.equal(tick % 1000, 0)
    }
  })
})
