import { formatCount } from '#server/kernel/format.ts'
import type { LeakFacts, LeakFinding } from '#tables/leaks/contract.ts'
import { formatWhole, listNames } from '../message-text.ts'
import type { LeakEvidence, LeaksAnswer, StoredLeak } from './contract.ts'

interface LeakMessage {
  /** Short text that follows the name of the column; a whole formula for a sum: `casual + registered = cnt`. */
  words: string
  /** A sentence with figures. */
  evidence: string
}

const percent = (share: number) =>
  share >= 0.9995 ? '100 %' : share >= 0.995 ? '99.5 % or more' : `${Number((100 * share).toPrecision(2))} %`
const floorTo = (n: number, digits: number) => Math.floor(n * 10 ** digits) / 10 ** digits
const DAY_HOURS = 24

function formatDistance(ms: number): string {
  const hours = ms / 3_600_000
  if (hours >= 2 * DAY_HOURS) return `${formatWhole(hours / DAY_HOURS)} days`
  return hours >= 1 ? `${formatWhole(hours)} h` : `${formatWhole(hours * 60)} min`
}

type Messages = { [C in keyof LeakFacts]: (facts: LeakFacts[C], columns: readonly string[]) => LeakMessage }

const bound =
  (relation: (target: string) => string) =>
  ({ target, rows, example }: LeakFacts['copy'], [column]: readonly string[]): LeakMessage => ({
    words: relation(target),
    evidence: `“${column}” ${relation(target)} in all ${formatWhole(rows)} rows${example ? ` (${example})` : ''}.`,
  })

const later =
  (relation: (facts: LeakFacts['next-row']) => string) =>
  (facts: LeakFacts['next-row'], [column]: readonly string[]): LeakMessage => ({
    words: relation(facts),
    evidence: `“${column}” ${relation(facts)} in ${percent(facts.share)} of the first ${formatWhole(facts.rows)} rows ordered by ${facts.time}.`,
  })

const MESSAGES: Messages = {
  copy: bound(target => `equals ${target}`),
  'other-words': bound(target => `determines ${target}: each of its values occurs with one value of ${target} only`),
  'other-unit': bound(target => `is a linear function of ${target}, like the same quantity in another unit`),
  monotone: bound(target => `is a monotonic function of ${target}, like the same quantity on another scale`),
  sum: ({ target, rows }, columns) => ({
    words: `${columns.join(' + ')} = ${target}`,
    evidence: `${columns.join(' + ')} = ${target} in all ${formatWhole(rows)} rows where the three are known.`,
  }),
  'next-row': later(({ target, time }) => `contains ${target} of the next row (ordered by ${time})`),
  'running-total': later(({ target }) => `is a running total that includes ${target} of the same row`),
  'too-good': ({ target, measure, score, baseline, rows }, [column]) => ({
    words: `alone predicts ${target} almost perfectly (${measure} ${floorTo(score, 4)})`,
    evidence: `“${column}” alone predicts ${target} almost perfectly: ${measure} ${floorTo(score, 4)}, baseline ${floorTo(baseline, 2)}, cross-validated on ${formatWhole(rows)} rows. Is it known before ${target} is?`,
  }),
  missingness: ({ target, when, level, rows, usual }, [column]) => ({
    words: `is ${when} only in rows with ${target} = ${level}`,
    evidence: `All ${formatWhole(rows)} sampled rows where “${column}” is ${when} have ${target} = ${level}; of all rows ${percent(usual)} do. It seems to be ${when === 'missing' ? 'left empty' : 'filled in'} after ${target} is known.`,
  }),
  'after-time': ({ time, share, medianMs }, [column]) => ({
    words: `is later than ${time} and may not be known at prediction time`,
    evidence: `“${column}” is later than ${time} in ${percent(share)} of the rows (median ${formatDistance(medianMs)}) and almost never earlier: it may not be known at prediction time.`,
  }),
  duplicates: ({ rows, duplicates, across, testRows, split }) => ({
    words: 'duplicate rows',
    evidence: `${formatWhole(duplicates)} of ${formatWhole(rows)} rows are exact duplicates (features and target). In a ${split} split with 20 % test rows, ${formatWhole(across)} of ${formatWhole(testRows)} test rows (${percent(testRows > 0 ? across / testRows : 0)}) are also training rows: scores will be too high.`,
  }),
  groups: ({ groups, across, testRows, isGroup, split }, [column]) => ({
    words: `repeats across a ${split} split`,
    evidence: `“${column}” has ${formatWhole(groups)} values that repeat. In a ${split} split with 20 % test rows, ${percent(testRows > 0 ? across / testRows : 0)} of the test rows share their value with training rows. ${isGroup ? 'Split by group to prevent this.' : 'If rows with the same value belong together, set its role to group.'}`,
  }),
}

/** Returns the wording of a finding. Findings stored before codes and facts keep their text. */
export function describeLeak(finding: StoredLeak): LeakMessage {
  if ('legacyText' in finding) return { words: finding.legacyWords, evidence: finding.legacyText }
  const message = MESSAGES[finding.code] as (facts: LeakFinding['facts'], columns: readonly string[]) => LeakMessage
  return message(finding.facts, finding.columns)
}

type Judged = Pick<LeaksAnswer, 'target' | 'split' | 'state' | 'reason' | 'findings' | 'evidence'>

/** Returns the sentence of a check. Nothing found is stated only by a check that succeeded and had enough data, with what it looked at. */
export function leaksVerdict(answer: Judged): Pick<LeaksAnswer, 'verdict' | 'sentence'> {
  const { target, state, reason, findings, evidence } = answer
  if (target === null) return { verdict: 'unknown', sentence: 'Not checked: no column is the target.' }
  const harmful = findings.filter(f => !f.ignored).length
  if (harmful > 0)
    return {
      verdict: 'found',
      sentence:
        `${formatCount(harmful, 'finding')} about ${target}. ${evidence ? looked(answer, evidence) : ''}`.trimEnd(),
    }
  if (state === 'failed')
    return { verdict: 'unknown', sentence: `The check failed: ${reason ?? 'no reason was recorded'}` }
  if (state !== 'succeeded')
    return { verdict: 'unknown', sentence: state === 'absent' ? 'Not checked yet.' : 'The check has not ended yet.' }
  if (!evidence) return { verdict: 'none', sentence: `No leaks of ${target} found.` }
  if (evidence.unscored === 'few-rows')
    return {
      verdict: 'unknown',
      sentence: `Not enough data (${formatCount(evidence.rows, 'row')} with ${target}, ${evidence.minRows} needed). Only duplicate rows were looked for.`,
    }
  if (evidence.unscored === 'constant-target')
    return { verdict: 'unknown', sentence: `${target} has one value only: no column can be compared with it.` }
  return { verdict: 'none', sentence: `No leaks of ${target} found. ${looked(answer, evidence)}` }
}

function looked({ target, split }: Judged, evidence: LeakEvidence): string {
  const { columns, rows, notCompared, unscored, strongest } = evidence
  const left = notCompared.total === 0 ? '' : ` (not compared: ${listNames(notCompared)})`
  const best = strongest
    .slice(0, 3)
    .map(s => `${s.column} (${s.measure} ${floorTo(s.score, 2)}, baseline ${floorTo(s.baseline, 2)})`)
  const scores =
    unscored === 'many-levels'
      ? ` ${target} has too many different values to score single columns.`
      : best.length > 0
        ? ` Alone, these predict ${target} best: ${best.join(', ')}.`
        : ''
  return `Checked ${formatCount(columns, 'column')} on ${formatCount(rows, 'row')}${left}: copies and other forms of ${target}, sums of two columns, values of later rows, telling missing cells, and duplicates across a ${split} split.${scores}`
}
