import type { LeakFinding, LeakSeverity, LeakSplit } from './contract.ts'
import type { MissingClue } from './judge-missing.ts'
import type { Relation } from './relate-cells.ts'
import type { ColumnScore } from './score-column.ts'

const rank: Record<LeakSeverity, number> = { block: 0, warn: 1, info: 2 }
/** Legitimate columns reach up to 0.97; a leak is almost equal to the target. */
const SUSPICIOUS = 0.98
const PERFECT = 0.999

/** Sorts findings by strength, descending. */
export const rankFindings = (findings: readonly LeakFinding[]): LeakFinding[] =>
  [...findings].sort(
    (a, b) =>
      rank[a.severity] - rank[b.severity] ||
      b.strength - a.strength ||
      (a.columns.join('\n') < b.columns.join('\n') ? -1 : 1),
  )

export const relationFinding = (
  column: string,
  target: string,
  relation: Relation,
  rows: number,
  example?: string,
): LeakFinding => ({
  columns: [column],
  code: relation,
  facts: { target, rows, ...(example ? { example } : {}) },
  severity: 'block',
  strength: 1,
})

export const sumFinding = (a: string, b: string, target: string, rows: number): LeakFinding => ({
  columns: [a, b],
  code: 'sum',
  facts: { target, rows },
  severity: 'block',
  strength: 1,
})

/** Returns undefined when the column alone does not predict the target suspiciously well. */
export function scoreFinding(
  column: string,
  target: string,
  { measure, score, baseline, strength }: ColumnScore,
  rows: number,
): LeakFinding | undefined {
  // Each measure is compared on its usual scale: an AUC of 0.98 is a strength of 0.96.
  const reached = measure === 'accuracy' ? strength : score
  if (reached < SUSPICIOUS) return
  return {
    columns: [column],
    code: 'too-good',
    facts: { target, measure, score, baseline, rows },
    severity: reached >= PERFECT ? 'block' : 'warn',
    strength,
  }
}

export const missingFinding = (column: string, target: string, clue: MissingClue, level: string): LeakFinding => ({
  columns: [column],
  code: 'missingness',
  facts: { target, when: clue.when, level, rows: clue.rows, usual: clue.usual },
  severity: 'warn',
  strength: 0.9,
})

export const laterFinding = (
  column: string,
  target: string,
  time: string,
  { kind, share }: { kind: 'next-row' | 'running-total'; share: number },
  rows: number,
): LeakFinding => ({
  columns: [column],
  code: kind,
  facts: { target, time, share, rows },
  severity: 'block',
  strength: share,
})

export const afterTimeFinding = (
  column: string,
  time: string,
  { share, medianMs }: { share: number; medianMs: number },
): LeakFinding => ({
  columns: [column],
  code: 'after-time',
  facts: { time, share, medianMs },
  severity: 'warn',
  strength: share,
})

const MANY_DUPLICATES = 0.2
const SOME_DUPLICATES = 0.01
/** With this many possible rows per existing one, equal rows are no coincidence. */
const ROOM = 100

/**
 * Returns undefined when few test rows have a duplicate among the training rows.
 * @param kinds number of possible different rows: tables with few columns and few values repeat naturally.
 */
export function duplicateFinding(
  { kinds, ...facts }: { rows: number; duplicates: number; across: number; testRows: number; kinds: number },
  split: LeakSplit,
): LeakFinding | undefined {
  const share = facts.testRows > 0 ? facts.across / facts.testRows : 0
  if (share < SOME_DUPLICATES) return
  return {
    columns: [],
    code: 'duplicates',
    facts: { ...facts, split },
    severity: share >= MANY_DUPLICATES && kinds >= ROOM * facts.rows ? 'warn' : 'info',
    strength: share,
  }
}

const SOME_SHARED = 0.05

/** Returns undefined when few test rows share their value with training rows. */
export function groupFinding(
  column: string,
  facts: { groups: number; across: number; testRows: number; isGroup: boolean },
  split: LeakSplit,
): LeakFinding | undefined {
  const share = facts.testRows > 0 ? facts.across / facts.testRows : 0
  if (share < SOME_SHARED) return
  return {
    columns: [column],
    code: 'groups',
    facts: { ...facts, split },
    severity: facts.isGroup ? 'warn' : 'info',
    strength: share,
  }
}
