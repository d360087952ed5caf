import type { WarningCode } from './report.ts'

export const NO_NUMBER = 'cells for which the model gives a number'

/** Names the likely cause: a missing cell for which the model has no value, else a value far beyond training. */
export function describeNoNumber(repairs: Readonly<Record<string, WarningCode>> | null): string {
  const missing = Object.entries(repairs ?? {}).flatMap(([column, code]) =>
    code === 'missing' || code === 'absent_column' ? [column] : [],
  )
  return missing.length > 0
    ? `a row for which it gives no number: the model has no value for a missing ${missing.slice(0, 5).join(', ')}`
    : 'a row for which it gives no number: a cell may be far beyond those of training'
}
