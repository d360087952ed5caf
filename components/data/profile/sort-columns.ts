import type { ColumnSummary } from '#server/data/profile/contract.ts'

export const SORTS = ['place', 'name', 'type', 'missing', 'distinct', 'mean', 'warnings'] as const
export type ColumnSort = (typeof SORTS)[number]

/** Columns found by name or type, in the order asked for; those without a value come last either way. */
export function sortColumns(
  columns: readonly ColumnSummary[],
  find: string,
  sort: ColumnSort,
  down: boolean,
): ColumnSummary[] {
  const words = find.trim().toLowerCase()
  const found = words
    ? columns.filter(c => c.name.toLowerCase().includes(words) || c.type === words || c.role === words)
    : [...columns]
  if (sort === 'place') return down ? found.reverse() : found
  const sign = down ? -1 : 1
  return found.sort((a, b) => {
    const [x, y] = [a[sort], b[sort]]
    if (x === null || y === null) return x === y ? 0 : x === null ? 1 : -1
    return sign * (typeof x === 'string' ? x.localeCompare(String(y), 'en', { numeric: true }) : x - Number(y))
  })
}
