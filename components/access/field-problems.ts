/** What the server says about single fields of a form, by the field's name. */
export function fieldProblems(error: unknown): Record<string, string> {
  const details = (error as { data?: { app?: { details?: { column?: string; expected?: string }[] } } } | null)?.data
    ?.app?.details
  return Object.fromEntries((details ?? []).flatMap(d => (d.column && d.expected ? [[d.column, d.expected]] : [])))
}

/** True when the error is told beside the fields, so that it needs no message of its own. */
export const isTold = (error: unknown, fields: readonly string[]): boolean => {
  const names = Object.keys(fieldProblems(error))
  return names.length > 0 && names.every(name => fields.includes(name))
}
