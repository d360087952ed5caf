import { listMetrics } from '#ml/metrics/registry.ts'
import type { EvaluationDetail, EvaluationSummary } from '#server/evaluation/contract.ts'
import { isActive } from '#server/kernel/contract.ts'
import { compareValues, formatMeasured, metricLabel, type Verdict } from '../training/labels.ts'
import { formatCount } from '../ui/format.ts'

const METRICS = listMetrics()

/** Labels of the comparison with the validation rows. */
export const BESIDE_WORDS: Record<Verdict, string> = {
  better: 'better',
  worse: 'worse',
  tied: 'not significant',
  same: 'equal',
  differs: 'differs',
  unknown: 'not comparable',
}

/** How a metric on these rows compares with that on the validation rows. */
export function compareWithValidation(detail: Pick<EvaluationDetail, 'intervals' | 'validationIntervals'>, id: string) {
  const direction = METRICS.find(m => m.id === id)?.direction
  return compareValues(detail.validationIntervals[id], detail.intervals[id], direction ?? null)
}

/** The evaluation's own metric first, then as the engine orders them. */
export function metricOrder(detail: Pick<EvaluationDetail, 'intervals' | 'metric'>): string[] {
  const order = METRICS.map(m => m.id).filter(id => id in detail.intervals)
  const rest = Object.keys(detail.intervals).filter(id => !order.includes(id))
  const all = [...order, ...rest]
  return detail.metric && all.includes(detail.metric) ? [detail.metric, ...all.filter(id => id !== detail.metric)] : all
}

/** What the evaluation found, in one sentence. */
export function evaluationSentence(
  e: Pick<
    EvaluationDetail,
    'state' | 'reason' | 'metric' | 'measured' | 'validation' | 'rows' | 'intervals' | 'validationIntervals'
  > & { seenInTraining?: boolean },
): string {
  if (e.state === 'queued') return 'Waiting for a free worker.'
  if (e.state === 'running') return 'Predicting rows.'
  if (e.state === 'failed') return 'Failed.'
  if (e.state === 'cancelled') return 'Cancelled.'
  const { value, half } = formatMeasured(e.measured, e.metric)
  const rows = e.rows === null ? 'these rows' : formatCount(e.rows, 'row')
  if (!e.metric || value === '–') return `${rows}; the metric is not defined on them.`
  const figure = `${metricLabel(e.metric)} ${value}${half ? ` ± ${half}` : ''} on ${rows}`
  if (e.seenInTraining) return `${figure} that it was trained on: no estimate of its quality on new rows.`
  const { verdict } = compareWithValidation(e, e.metric)
  const there = formatMeasured(e.validation, e.metric).value
  if (verdict === 'unknown' || verdict === 'differs') return `${figure}.`
  if (verdict === 'tied') return `${figure}: not significantly different from the ${there} on its validation rows.`
  if (verdict === 'same') return `${figure}: equal to its validation rows.`
  return `${figure}: significantly ${verdict} than the ${there} on its validation rows.`
}

export function listSentence(items: readonly Pick<EvaluationSummary, 'state'>[]): string {
  if (items.length === 0) return 'Evaluate a model on another dataset.'
  const waiting = items.filter(i => isActive(i.state)).length
  const done = items.filter(i => i.state === 'succeeded').length
  return `${formatCount(done, 'evaluation')} finished${waiting > 0 ? `, ${waiting} active` : ''}.`
}
