import { createParser, parseAsString, useQueryStates } from 'nuqs'
import type { RowFilter } from '#server/data/profile/contract.ts'
import { formatCell } from '../labels.ts'

const MOST_FILTERS = 20
const KINDS: readonly string[] = ['equal', 'contains', 'missing', 'present', 'between'] satisfies RowFilter['is'][]
const isEnd = (value: unknown) => value === undefined || typeof value === 'number'

/** The server checks them in full; this keeps an address typed by hand from breaking the page. */
function isRowFilter(value: unknown): value is RowFilter {
  if (typeof value !== 'object' || value === null) return false
  const { is, column, text, from, to } = value as Record<string, unknown>
  if (typeof column !== 'string' || !KINDS.includes(String(is))) return false
  return (is !== 'contains' || typeof text === 'string') && isEnd(from) && isEnd(to)
}

/** Conditions on rows as JSON in the address; what is not valid counts as none. */
export const parseAsFilters = createParser<RowFilter[]>({
  parse: text => {
    try {
      const list: unknown = JSON.parse(text)
      return Array.isArray(list) && list.length <= MOST_FILTERS && list.every(isRowFilter) ? list : null
    } catch {
      return null
    }
  },
  serialize: value => JSON.stringify(value),
  eq: (a, b) => JSON.stringify(a) === JSON.stringify(b),
}).withDefault([])

/** Opens the rows that a bar stands for. */
export function useShowRows() {
  const [, set] = useQueryStates({ tab: parseAsString, where: parseAsFilters, row: parseAsString, sort: parseAsString })
  return (where: RowFilter[]) => void set({ tab: 'preview', where, row: null, sort: null }, { history: 'push' })
}

export const formatInstant = (ms: number) => {
  const date = new Date(ms)
  return Number.isNaN(date.getTime())
    ? formatCell(ms)
    : date.toISOString().slice(0, 16).replace('T', ' ').replace(' 00:00', '')
}

/** Describes a filter. `isTime`: its bounds are milliseconds since 1970. */
export function describeFilter(filter: RowFilter, isTime: boolean): string {
  const format = (x: number) => (isTime ? formatInstant(x) : formatCell(x))
  switch (filter.is) {
    case 'equal':
      return `${filter.column} is ${filter.value === '' ? '(empty)' : String(filter.value)}`
    case 'contains':
      return `${filter.column} contains “${filter.text}”`
    case 'missing':
      return `${filter.column} is missing`
    case 'present':
      return `${filter.column} is there`
    case 'between': {
      const { from, to } = filter
      if (from === undefined && to === undefined) return `${filter.column} is there`
      if (from === undefined) return `${filter.column} is below ${format(to!)}`
      return to === undefined
        ? `${filter.column} is at least ${format(from)}`
        : `${filter.column} is ${format(from)} to ${filter.withEnd ? '' : 'below '}${format(to)}`
    }
  }
}
