import type { LeakFinding, LeakSeverity } from './contract.ts'
import type { MissingClue } from './judge-missing.ts'
import type { Relation } from './relate-cells.ts'
import type { ColumnScore } from './score-column.ts'

const rank: Record<LeakSeverity, number> = { block: 0, warn: 1, info: 2 }
/** Honest columns have been seen to reach 0.97; a leak is the target, or nearly. */
const SUSPICIOUS = 0.98
const PERFECT = 0.999

const whole = (n: number) => n.toLocaleString('en', { maximumFractionDigits: 0 })
const percent = (share: number) =>
  share >= 0.9995 ? '100 %' : share >= 0.995 ? '99.5 % or more' : `${Number((100 * share).toPrecision(2))} %`
const floorTo = (n: number, digits: number) => Math.floor(n * 10 ** digits) / 10 ** digits

/** The strongest first. */
export const rankFindings = (findings: readonly LeakFinding[]): LeakFinding[] =>
  [...findings].sort(
    (a, b) =>
      rank[a.severity] - rank[b.severity] ||
      b.strength - a.strength ||
      (a.columns.join('\n') < b.columns.join('\n') ? -1 : 1),
  )

const RELATION: Record<Relation, (target: string) => string> = {
  copy: target => `equals ${target}`,
  'other-words': target => `tells ${target} outright: each of its values occurs with one value of ${target} only`,
  'other-unit': target => `is ${target} in another unit: a straight line leads from one to the other`,
  monotone: target => `is ${target} on another scale: the order of the one is the order of the other`,
}

export function relationFinding(
  column: string,
  target: string,
  relation: Relation,
  rows: number,
  example?: string,
): LeakFinding {
  const words = RELATION[relation](target)
  return {
    columns: [column],
    kind: relation,
    severity: 'block',
    words,
    evidence: `“${column}” ${words} in all ${whole(rows)} rows${example ? ` (${example})` : ''}.`,
    strength: 1,
  }
}

export const sumFinding = (a: string, b: string, target: string, rows: number): LeakFinding => ({
  columns: [a, b],
  kind: 'sum',
  severity: 'block',
  words: `${a} + ${b} = ${target}`,
  evidence: `${a} + ${b} = ${target} in all ${whole(rows)} rows where the three are known.`,
  strength: 1,
})

export function scoreFinding(
  column: string,
  target: string,
  { measure, score, baseline, strength }: ColumnScore,
  rows: number,
): LeakFinding | undefined {
  // An AUC of 0.98 is a strength of 0.96: the measures keep their own scales, as people know them.
  const reached = measure === 'accuracy' ? strength : score
  if (reached < SUSPICIOUS) return
  const figures = `${measure} ${floorTo(score, 4)} against ${floorTo(baseline, 2)} without it, on ${whole(rows)} rows that it was not fitted to`
  return {
    columns: [column],
    kind: 'too-good',
    severity: reached >= PERFECT ? 'block' : 'warn',
    words: `alone predicts ${target} almost perfectly (${measure} ${floorTo(score, 4)})`,
    evidence: `“${column}” alone predicts ${target} almost perfectly: ${figures}. Is it known before ${target} is?`,
    strength,
  }
}

export function missingFinding(column: string, target: string, clue: MissingClue, level: string): LeakFinding {
  const [state, act] = clue.when === 'missing' ? ['lacks', 'left empty'] : ['has', 'filled in']
  return {
    columns: [column],
    kind: 'missingness',
    severity: 'warn',
    words: `is ${act} by ${target}: every row that ${state} it has ${target} = ${level}`,
    evidence: `All ${whole(clue.rows)} sampled rows where “${column}” is ${clue.when} have ${target} = ${level}, as only ${percent(clue.usual)} of all rows do: it seems to be ${act} after ${target} is known.`,
    strength: 0.9,
  }
}

export function laterFinding(
  column: string,
  target: string,
  time: string,
  { kind, share }: { kind: 'next-row' | 'running-total'; share: number },
  rows: number,
): LeakFinding {
  const words =
    kind === 'next-row'
      ? `holds ${target} of the next row in order of ${time}`
      : `is a running total that each row’s own ${target} is part of`
  return {
    columns: [column],
    kind,
    severity: 'block',
    words,
    evidence: `“${column}” ${words}: so it is in ${percent(share)} of the first ${whole(rows)} rows by ${time}.`,
    strength: share,
  }
}

export function afterTimeFinding(
  column: string,
  time: string,
  { share, medianMs }: { share: number; medianMs: number },
): LeakFinding {
  const hours = medianMs / 3_600_000
  const far = hours >= 48 ? `${whole(hours / 24)} days` : hours >= 1 ? `${whole(hours)} h` : `${whole(hours * 60)} min`
  return {
    columns: [column],
    kind: 'after-time',
    severity: 'warn',
    words: `lies after ${time} and may not be known then`,
    evidence: `“${column}” lies after ${time} in ${percent(share)} of the rows, ${far} in the middle, and before it in almost none: it may not be known when a prediction is due.`,
    strength: share,
  }
}

const MANY_DUPLICATES = 0.2
const SOME_DUPLICATES = 0.01
/** So many possible rows for each that is there, and equal ones are no coincidence. */
const ROOM = 100

/**
 * @param across rows of the test part that have their twin in the training part.
 * @param kinds how many different rows there could be: few columns of few values repeat by nature.
 */
export function duplicateFinding(
  facts: { rows: number; duplicates: number; across: number; testRows: number; kinds: number },
  split: string,
): LeakFinding | undefined {
  const share = facts.testRows > 0 ? facts.across / facts.testRows : 0
  if (share < SOME_DUPLICATES) return
  return {
    columns: [],
    kind: 'duplicates',
    severity: share >= MANY_DUPLICATES && facts.kinds >= ROOM * facts.rows ? 'warn' : 'info',
    words: 'rows repeat',
    evidence: `${whole(facts.duplicates)} of ${whole(facts.rows)} rows have an exact twin (features and target). In a ${split} split of a fifth, ${whole(facts.across)} of ${whole(facts.testRows)} test rows (${percent(share)}) are in training already: scores will look better than they are.`,
    strength: share,
  }
}

/** @param across test rows whose group is in the training part too. */
export function groupFinding(
  column: string,
  facts: { groups: number; across: number; testRows: number; isGroup: boolean },
  split: string,
): LeakFinding | undefined {
  const share = facts.testRows > 0 ? facts.across / facts.testRows : 0
  if (share < 0.05) return
  return {
    columns: [column],
    kind: 'groups',
    severity: facts.isGroup ? 'warn' : 'info',
    words: `repeats across a ${split} split`,
    evidence: `“${column}” has ${whole(facts.groups)} values that repeat: in a ${split} split of a fifth, ${percent(share)} of test rows share theirs with training rows. ${facts.isGroup ? 'Split by group, so that none does.' : 'If rows of one value belong together, give it the role group.'}`,
    strength: share,
  }
}
