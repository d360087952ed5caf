import type { CheckResult, Verdict } from './contract.ts'
import { numberText } from './messages.ts'

/** True: the check passed only because there was no value to check. */
export const isVacuous = (r: Pick<CheckResult, 'passed' | 'rows'>): boolean => r.passed && r.rows === 0

/** Returns `fail` if a blocking expectation failed, `warn` if any other did. */
export const verdictOf = (results: readonly CheckResult[]): Verdict => {
  const failed = results.filter(r => !r.passed)
  return failed.some(r => r.severity === 'block') ? 'fail' : failed.length > 0 ? 'warn' : 'pass'
}

/** Returns the verdict as a sentence that names the first failure. */
export function verdictSentence(results: readonly CheckResult[]): string {
  if (results.length === 0) return 'Nothing is expected of this dataset yet.'
  const failed = results.filter(r => !r.passed)
  if (failed.length === 0) {
    const empty = results.filter(isVacuous).length
    if (empty === results.length) return 'Nothing could be checked: there is no value to check.'
    const holds =
      results.length === 1 ? 'Its one expectation holds' : `All ${numberText(results.length)} expectations hold`
    return empty === 0 ? `${holds}.` : `${holds}; ${numberText(empty)} of them had no value to check.`
  }
  const blocking = failed.filter(r => r.severity === 'block')
  const first = (blocking[0] ?? failed[0])!
  const what = `${numberText(failed.length)} of ${numberText(results.length)} ${results.length === 1 ? 'expectation fails' : failed.length === 1 ? 'expectations fails' : 'expectations fail'}`
  const how =
    blocking.length === 0
      ? 'none blocks'
      : blocking.length === failed.length
        ? failed.length === 1
          ? 'and it blocks'
          : 'all of them block'
        : `${numberText(blocking.length)} of them ${blocking.length === 1 ? 'blocks' : 'block'}`
  return `${what}, ${how}. ${first.sentence}`
}

/** Returns what blocks a version: failures with severity `block` that no override covers. */
export const blockingOf = (results: readonly CheckResult[], overridden: readonly string[] = []): CheckResult[] =>
  results.filter(r => !r.passed && r.severity === 'block' && !overridden.includes(r.expectation))
