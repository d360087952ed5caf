import type { NotCompared } from './contract.ts'

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

/** Says why two models have no verdict. */
export const notComparedMessage = (code: NotCompared): string => MESSAGES[code]
