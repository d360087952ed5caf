import type { PairedVerdict } from '#ml/index.ts'

/**
 * Why there is no verdict:
 * - `no_rows_kept`: a run has no stored predictions (trained before they were kept, or logged by a client)
 * - `other_data`, `other_rows`: measured on another dataset version, or on other rows of it
 * - `other_task`, `other_classes`, `other_truth`: the models do not predict the same thing
 * - `no_common_rows`, `few_rows`: no row, or too few, that both were measured on and neither was trained on
 * - `few_of_class`: fewer than five rows of a class
 * - `no_value`: the metric is not defined on these rows
 * - `unknown_training_rows`: it is not known which of the rows a model was trained on
 * - `not_among_first`: only the first 100 runs are compared with the best
 * - `not_evaluated`: a model has not been evaluated on these rows
 * - `failed`: the comparison could not be computed
 */
export const NOT_COMPARED = [
  'no_rows_kept',
  'other_data',
  'other_rows',
  'other_task',
  'other_classes',
  'other_truth',
  'no_common_rows',
  'few_rows',
  'few_of_class',
  'no_value',
  'unknown_training_rows',
  'not_among_first',
  'not_evaluated',
  'failed',
] as const
export type NotCompared = (typeof NOT_COMPARED)[number]

const MESSAGES: Record<NotCompared, string> = {
  no_rows_kept: 'Predictions by row were not stored for one of them: train or evaluate it again to compare.',
  other_data: 'They were measured on different dataset versions: evaluate both on the same one to compare.',
  other_rows: 'They were measured on different rows: evaluate both on common rows to compare.',
  other_task: 'They solve different tasks.',
  other_classes: 'They predict different classes.',
  other_truth: 'The rows have other target values than before.',
  no_common_rows: 'There is no row that both were measured on and neither was trained on.',
  few_rows: 'Too few rows that both were measured on and neither was trained on.',
  few_of_class: 'Fewer than five rows of a class: no verdict is possible.',
  no_value: 'The metric is not defined on these rows.',
  unknown_training_rows: 'It is not known which of these rows a model was trained on: choose data it has never seen.',
  not_among_first: 'Only the 100 best runs are compared.',
  not_evaluated: 'One of them has not been evaluated on these rows yet.',
  failed: 'The comparison could not be computed. Try again.',
}

/** States why two models have no verdict. */
export const notComparedMessage = (code: NotCompared): string => MESSAGES[code]

/** A run against another on the same rows, by one metric. `difference` is this run − the other, with its 95 % interval. */
export interface Versus {
  verdict: PairedVerdict
  /** Why the verdict is `unknown`. */
  code: NotCompared | null
  difference: number | null
  differenceLow: number | null
  differenceHigh: number | null
  /** Two-sided; against the best run corrected for the number of runs (Holm). */
  p: number | null
}

/** One metric of two models on the same rows. */
export interface ComparedMetric extends Versus {
  name: string
  reference: number | null
  value: number | null
  method: 'delong' | 'bootstrap' | null
}

export interface PairedComparison {
  /** Why nothing was compared. */
  code: NotCompared | null
  /** Rows that were compared. */
  rows: number | null
  /** Common rows left out because a model was trained on them. */
  rowsTrainedOn: number
  metrics: ComparedMetric[]
}
