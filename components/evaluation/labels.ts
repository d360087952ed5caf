import { listMetrics } from '#ml/metrics/registry.ts'
import type { EvaluationDetail, EvaluationSummary } from '#server/evaluation/contract.ts'
import { isActive } from '#server/kernel/contract.ts'
import { formatMeasured, metricLabel } from '../training/labels.ts'
import { formatCount, formatNumber } from '../ui/format.ts'

const METRICS = listMetrics()

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
  const there = formatMeasured(e.validation, e.metric)
  if (there.value === '–') return `${figure}.`
  // Other rows: the difference may come from the rows, so there is no verdict.
  return `${figure}; ${there.value}${there.half ? ` ± ${there.half}` : ''} on its validation rows, which are others.`
}

/** `12 of 870 rows equal rows it was trained on` */
export function seenSentence({
  rowsSeen,
  rows,
  unseen,
}: Pick<EvaluationDetail, 'rowsSeen' | 'rows' | 'unseen'>): string {
  if (rowsSeen === null) return 'It is not known how many of these rows the model was trained on.'
  if (rowsSeen === 0) return 'The model was trained on none of these rows.'
  const rest = unseen ? ` The other ${formatCount(unseen.rows, 'row')} are measured apart.` : ''
  return `The model was trained on ${formatNumber(rowsSeen)} of these ${formatCount(rows ?? 0, 'row')}, or on equal ones: all metrics together are too good.${rest}`
}

export function listSentence(items: readonly Pick<EvaluationSummary, 'state'>[]): string {
  if (items.length === 0) return 'Evaluate a model on another dataset.'
  const waiting = items.filter(i => isActive(i.state)).length
  const done = items.filter(i => i.state === 'succeeded').length
  return `${formatCount(done, 'evaluation')} finished${waiting > 0 ? `, ${waiting} active` : ''}.`
}
