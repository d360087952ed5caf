import { describeMissing } from '#ml/index.ts'
import { formatNumber, formatShare } from '#server/kernel/format.ts'
import type { DriftFact, VerdictCode, VerdictFacts } from './contract.ts'

type ErrorFacts = NonNullable<VerdictFacts['error']>

/** Formats the sentence of a verdict from its code and facts. */
export function verdictSentence(code: VerdictCode, facts: VerdictFacts): string {
  const failed = facts.failed ? [failedSentence(facts.failed)] : []
  if (code === 'rows_failed')
    return [...failed, verdictSentence(facts.otherwise ?? 'healthy', { ...facts, failed: undefined })].join(' ')
  return [trafficSentence(code, facts), ...unwatchedSentence(code, facts), ...failed].join(' ')
}

function failedSentence({ days, rows, failedRows }: NonNullable<VerdictFacts['failed']>): string {
  const share = formatShare(rows > 0 ? failedRows / rows : null)
  return `${formatNumber(failedRows)} of ${formatNumber(rows)} rows requested in the last ${days} days (${share}) have no prediction.`
}

/** Maximum unwatched columns named in the sentence. */
const MAX_NAMED = 5
/** Verdicts that do not say anything about columns. */
const WITHOUT_COLUMNS: readonly VerdictCode[] = ['no_predictions', 'too_few_rows', 'no_baseline']

function unwatchedSentence(code: VerdictCode, { unwatched = [] }: VerdictFacts): string[] {
  if (unwatched.length === 0 || WITHOUT_COLUMNS.includes(code)) return []
  const names = unwatched.slice(0, MAX_NAMED).map(c => `${c.name} (${c.type})`)
  const more = unwatched.length > MAX_NAMED ? ' …' : ''
  return [
    `${unwatched.length === 1 ? '1 column is' : `${unwatched.length} columns are`} not watched: ${names.join(', ')}${more}.`,
  ]
}

function trafficSentence(code: Exclude<VerdictCode, 'rows_failed'>, facts: VerdictFacts): string {
  const { rows, minRows, columns, drift, prediction, latest, error } = facts
  // A verdict without a measured error states the reason.
  const evidence = error
    ? `, but ${errorSentence(facts, error).replace(/^Measured/, 'measured')}`
    : `. ${missing(facts)}`
  switch (code) {
    case 'no_predictions':
      return 'There are no predictions yet.'
    case 'too_few_rows':
      return `${rows === 1 ? 'Only one row was' : `Only ${rows} rows were`} predicted so far; at least ${minRows} are needed to judge.`
    case 'no_baseline':
      return `The model was stored without a summary of its training rows, so drift cannot be judged. ${missing(facts)}`
    case 'not_judged':
      return `No column has ${minRows} values both in training and in the ${rows} requests, so drift cannot be judged. ${missing(facts)}`
    case 'error_worse':
      return `${errorSentence(facts, error!)}${driftSuffix(facts)}`
    case 'columns_drifted':
      return `${driftClause(drift, columns)}${evidence}`
    case 'predictions_drifted':
      return `The predictions have drifted from validation (${figure(prediction!)})${evidence}${error ? '' : overallSuffix(facts)}`
    case 'latest_columns_drifted':
      return `Over all rows no column has drifted, but in ${latest!.window} ${driftClause(latest!.drift, columns)}. ${error ? errorSentence(facts, error) : missing(facts)}`
    case 'latest_predictions_drifted':
      return `In ${latest!.window} the predictions differ from validation (${figure(latest!.prediction!)}), over all rows they do not. ${missing(facts)}`
    case 'healthy':
      return error
        ? `${errorSentence(facts, error)} ${noDrift(facts)}${latestSuffix(facts)}`
        : `${noDrift(facts)} ${missing(facts)}`
  }
}

function errorSentence({ metric }: VerdictFacts, error: ErrorFacts): string {
  const { window, value, baseline, baselineLow, baselineHigh, windows, worseWindows, lastWorse } = error
  const validation = formatFigure(baseline)
  if (!error.worse) {
    const past = lastWorse === null ? '' : `; it was worse in ${lastWorse}`
    return `Measured ${metric} is ${formatFigure(value)} in ${window}, not clearly worse than at validation (${validation})${past}.`
  }
  const interval =
    baselineLow === null || baselineHigh === null
      ? ''
      : ` (validation interval ${formatFigure(baselineLow)} to ${formatFigure(baselineHigh)})`
  const often = windows > 1 ? `; ${worseWindows} of ${windows} windows are worse than validation` : ''
  return `Measured ${metric} ${error.lowerIsBetter ? 'rose' : 'fell'} from ${validation} at validation to ${formatFigure(value)} in ${window}${interval}${often}.`
}

function missing({ labelled, metric, errorMissing, minLabels }: VerdictFacts): string {
  if (errorMissing === 'no_labels') return 'No feedback was received yet, so the error cannot be measured.'
  if (errorMissing === 'no_validation_value')
    return `The model has no validation value of ${metric ?? 'its metric'} to compare the error with.`
  return `True values of ${labelled} ${labelled === 1 ? 'row' : 'rows'} were received; a window needs ${minLabels} to judge its error.`
}

function noDrift({ columns, column, judged = columns, predictionJudged }: VerdictFacts): string {
  const predictions = predictionJudged ? 'The predictions have not drifted from validation; ' : ''
  if (columns === 0)
    return predictionJudged
      ? `${predictions}the model has no column whose drift can be judged.`
      : 'Drift cannot be judged: the model was stored without a summary of its training rows.'
  if (judged === 0)
    return predictionJudged
      ? `${predictions}no column has enough values to judge.`
      : 'Drift cannot be judged: no column has enough values.'
  if (columns === 1) return `${column} has not drifted from training.`
  return judged < columns
    ? `None of the ${judged} columns with enough values has drifted from training; ${columns - judged} of ${columns} cannot be judged.`
    : `None of ${columns} columns has drifted from training.`
}

function driftClause({ count, strongest }: VerdictFacts['drift'], columns: number): string {
  const [first] = strongest
  if (count === 1)
    return `${first!.name} has drifted from training (${figure(first!)}${first!.test === 'missing' ? '' : `, limit ${first!.threshold}`})`
  return `${count} of ${columns} columns have drifted from training, most ${strongest.map(c => `${c.name} (${figure(c)})`).join(', ')}`
}

const overallSuffix = ({ drift, columns }: VerdictFacts) =>
  drift.count === 0 ? '' : ` ${driftClause(drift, columns)}.`

function driftSuffix(facts: VerdictFacts): string {
  return facts.drift.count > 0 ? overallSuffix(facts) : latestSuffix(facts)
}

const latestSuffix = ({ latest, columns }: VerdictFacts) =>
  !latest || latest.drift.count === 0 ? '' : ` In ${latest.window} ${driftClause(latest.drift, columns)}.`

function figure({ test, statistic, missing }: DriftFact): string {
  const cells = missing ? [describeMissing(missing)] : []
  return [...(test === 'missing' ? [] : [`${test === 'ks' ? 'KS' : 'PSI'} ${statistic.toFixed(2)}`]), ...cells].join(
    ', ',
  )
}

/** Formats three significant digits, integers in full. */
function formatFigure(value: number): string {
  if (Number.isInteger(value) && Math.abs(value) < 1e6) return String(value)
  if (Math.abs(value) >= 1000 && Math.abs(value) < 1e9) return String(Math.round(value))
  return String(Number(value.toPrecision(3)))
}
