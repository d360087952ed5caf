import type { ColumnFormat } from '../cells/column-format.ts'

/** ISO 8601 of milliseconds since 1970 as read by a format, without a zone for a wall clock. */
export function timeText(ms: number, format: ColumnFormat | undefined): string {
  const { patterns = [], epoch } = format?.datetime ?? {}
  const text = new Date(ms).toISOString()
  return epoch || patterns.some(pattern => pattern.includes('%z')) ? text : text.slice(0, -1)
}
