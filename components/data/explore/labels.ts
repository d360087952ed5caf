import type { QuerySummary } from '#server/data/queries/contract.ts'
import { formatCount } from '../../ui/format.ts'

const seconds = (ms: number) => (ms < 1000 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(1)} s`)

/** What came of a query, in one sentence. */
export function answerSentence(
  query: Pick<QuerySummary, 'state' | 'rowCount' | 'truncated' | 'milliseconds' | 'reason' | 'saveAs'>,
): string {
  if (query.state === 'queued') return 'Waiting for a free worker…'
  if (query.state === 'running') return 'Running …'
  if (query.state === 'cancelled') return 'Cancelled.'
  if (query.state === 'failed') return query.reason ?? 'Failed.'
  const took = query.milliseconds === null ? '' : ` in ${seconds(query.milliseconds)}`
  if (query.saveAs !== null) return `${formatCount(query.rowCount ?? 0, 'row')} for ${query.saveAs}${took}.`
  if (query.truncated) return `The first ${formatCount(query.rowCount ?? 0, 'row')}${took}; more rows exist.`
  return `${formatCount(query.rowCount ?? 0, 'row')}${took}.`
}

/** Where a fault is, for people. */
export const formatErrorPosition = ({ line, column }: Pick<QuerySummary, 'line' | 'column'>): string | null =>
  line === null || column === null ? null : `Line ${line}, character ${column}`

/** The line itself, with what stands before the fault's place. */
export function faultyLine(sql: string, { line, column }: Pick<QuerySummary, 'line' | 'column'>) {
  const text = line === null ? undefined : sql.split('\n')[line - 1]
  if (text === undefined || column === null) return null
  const at = Math.min(column - 1, text.length)
  return { before: text.slice(0, at), after: text.slice(at) }
}

/** A column’s name as SQL takes it. */
export const sqlName = (name: string) => (/^[a-z_][a-z0-9_]*$/i.test(name) ? name : `"${name.replaceAll('"', '""')}"`)

/** DuckDB’s types that are counted or measured. */
export const isNumeric = (type: string) => /^(U?(TINY|SMALL|BIG|HUGE)?INT(EGER)?|FLOAT|DOUBLE|DECIMAL.*)$/.test(type)
