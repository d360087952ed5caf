import type { Verdict, VerdictCode, VerdictFacts } from '../contract.ts'
import { verdictSentence } from '../messages.ts'

/** The parts of a stored check that its verdict is read from. */
export interface StoredCheck {
  id: string
  state: string
  verdict: string | null
  code: VerdictCode | null
  facts: VerdictFacts | null
  legacyText: string | null
  reason: string | null
  report: { version: number } | null
}

export interface CurrentVerdict {
  verdict: Verdict
  sentence: string
  /** Why the newest check failed; null: it did not. */
  problem: string | null
}

/**
 * Returns what is known now. An all-clear needs a check of the version that serves, and no failed check after it: otherwise the verdict is
 * `unknown`. Warnings and alerts stay until a check clears them.
 * @param done the newest check that succeeded.
 * @param newest the newest check that ended.
 */
export function currentVerdict(
  done: StoredCheck | undefined,
  newest: StoredCheck | undefined,
  serving: { version: number },
): CurrentVerdict {
  const problem = newest?.state === 'failed' ? (newest.reason ?? 'No reason was recorded.') : null
  const known = done && storedVerdict(done)
  const checked = done?.report?.version
  if (known && checked !== undefined && checked !== serving.version)
    return {
      verdict: 'unknown',
      sentence: `v${serving.version} is not checked yet; the last check compared with v${checked}.`,
      problem,
    }
  if (problem && (!known || known.verdict === 'ok' || known.verdict === 'unknown'))
    return { verdict: 'unknown', sentence: `The last check failed: ${problem}`, problem }
  return known ? { ...known, problem } : { verdict: 'unknown', sentence: 'Not checked yet.', problem }
}

const storedVerdict = (check: StoredCheck) => ({
  verdict: (check.verdict ?? 'unknown') as Verdict,
  sentence:
    check.code && check.facts ? verdictSentence(check.code, check.facts) : (check.legacyText ?? 'Not checked yet.'),
})
