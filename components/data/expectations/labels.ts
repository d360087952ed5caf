import type { CheckType } from '#server/data/expectations/contract.ts'
import { formatNumber } from '../../ui/format.ts'
import type { Result, ShownExpectation } from './client.ts'

/** Checks whose observed figure is a share of rows. */
const SHARES: readonly CheckType[] = [
  'not-null',
  'unique',
  'in-set',
  'between',
  'regex',
  'length',
  'referential',
  'compare',
  'sql',
]

export const formatObserved = (result: Pick<Result, 'type' | 'observed'>): string => {
  const { type, observed } = result
  if (observed === null) return '–'
  if (typeof observed === 'string') return observed
  if (!SHARES.includes(type)) return formatNumber(observed)
  const percent = 100 * observed
  // 99.996 % is not all of them.
  return `${percent < 100 && percent > 99.9 ? '> 99.9' : formatNumber(Number(percent.toFixed(1)))} % pass`
}

/** Describes an expectation that was not checked yet. */
export function describeExpectation({ type, parameters }: Pick<ShownExpectation, 'type' | 'parameters'>): string {
  const parts = Object.entries(parameters as Record<string, unknown>).flatMap(([name, value]) => {
    if (value === null || value === undefined || value === false || (Array.isArray(value) && value.length === 0))
      return []
    if (name === 'share') return value === 1 ? [] : [`${formatNumber(100 * Number(value))} %`]
    if (Array.isArray(value)) {
      const names = value.map(v =>
        typeof v === 'object' && v !== null ? String((v as { name: unknown }).name) : String(v),
      )
      return [`${names.slice(0, 4).join(', ')}${names.length > 4 ? ` and ${names.length - 4} more` : ''}`]
    }
    if (name === 'min') return [`≥ ${typeof value === 'number' ? formatNumber(value) : String(value)}`]
    if (name === 'max') return [`≤ ${typeof value === 'number' ? formatNumber(value) : String(value)}`]
    if (type === 'freshness') return [`${formatNumber(Number(value))} h`]
    return [value === true ? name : String(value)]
  })
  return parts.join(', ')
}

export const VERDICTS = {
  pass: { state: 'ok', label: 'passes' },
  warn: { state: 'warn', label: 'warns' },
  fail: { state: 'failed', label: 'fails' },
} as const
