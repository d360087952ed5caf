import { CannotCheck } from './compile-check.ts'
import type { CheckResult, Expectation } from './contract.ts'

/** Another file that a check needs, or the reason why it is missing. */
export type OtherFile = { path: string; label: string } | { problem: string }

export interface ValidateInput {
  path: string
  rows: number
  /** When the version was created; freshness is measured from here. */
  addedAtMs: number
  expectations: Expectation[]
  /** By expectation id. */
  others: Record<string, OtherFile>
  temporaryFolder: string
}

/** Returns the result of a check that could not run; it counts as failed. */
export const unchecked = (e: Expectation, rows: number, why: string): CheckResult => ({
  expectation: e.id,
  type: e.type,
  column: e.column,
  severity: e.severity,
  passed: false,
  observed: null,
  limit: '',
  failingRows: null,
  rows,
  sentence: why,
  offending: [],
})

/** Returns DuckDB's error message in one line. */
export const causeOf = (error: unknown): string =>
  String((error as Error)?.message ?? error)
    .split('\n')[0]!
    .slice(0, 300)

export function otherOf(input: ValidateInput, e: Expectation): { path: string; label: string } {
  const other = input.others[e.id] ?? { problem: 'The data to compare with does not exist.' }
  if ('problem' in other) throw new CannotCheck(other.problem)
  return other
}
