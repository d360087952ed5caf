import { applicableParameters, automl, labelSpecialValues, listTrainers, type Task } from '#ml/node.ts'

/** Parameters of a run as they are shown: those that had no effect are left out, and special values have a label. */
export function showParameters(
  trainer: string,
  task: string | null,
  params: Record<string, unknown>,
): { params: Record<string, unknown>; paramLabels: Record<string, string> } {
  const known = [...listTrainers(), automl].find(t => t.id === trainer)
  // Of a command or a tracked run nothing is known: all is shown as it is.
  if (!known) return { params, paramLabels: {} }
  const shown = applicableParameters(known.parameters, task as Task | null, params)
  return { params: shown, paramLabels: labelSpecialValues(known.parameters, shown) }
}
