import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { currentVerdict, type StoredCheck } from './current-verdict.ts'

const check = (verdict: string | null, more: Partial<StoredCheck> = {}): StoredCheck => ({
  id: 'c1',
  state: 'succeeded',
  verdict,
  code: null,
  facts: null,
  legacyText: `It was ${verdict}.`,
  reason: null,
  report: { version: 2 },
  ...more,
})
const failed = check(null, { id: 'c2', state: 'failed', reason: 'The model file is gone.', report: null })
const serving = { version: 2 }

describe('what is known of an endpoint now', () => {
  it('nothing, before the first check', () => {
    assert.deepEqual(currentVerdict(undefined, undefined, serving), {
      verdict: 'unknown',
      sentence: 'Not checked yet.',
      problem: null,
    })
  })

  it('a failed check is no all-clear, also after a good one', () => {
    for (const done of [undefined, check('ok'), check('unknown')]) {
      const now = currentVerdict(done, failed, serving)
      assert.deepEqual([now.verdict, now.problem], ['unknown', 'The model file is gone.'])
      assert.equal(now.sentence, 'The last check failed: The model file is gone.')
    }
  })

  it('warnings and alerts stay while checks fail', () => {
    for (const verdict of ['warn', 'alert'])
      assert.deepEqual(currentVerdict(check(verdict), failed, serving), {
        verdict,
        sentence: `It was ${verdict}.`,
        problem: 'The model file is gone.',
      })
  })

  it('a check of another version says nothing of the one that serves', () => {
    for (const verdict of ['ok', 'alert'])
      assert.deepEqual(currentVerdict(check(verdict), check(verdict), { version: 3 }), {
        verdict: 'unknown',
        sentence: 'v3 is not checked yet; the last check compared with v2.',
        problem: null,
      })
  })

  it('a cancelled check changes nothing', () => {
    const cancelled = check(null, { state: 'cancelled', report: null })
    assert.equal(currentVerdict(check('ok'), cancelled, serving).verdict, 'ok')
  })
})
