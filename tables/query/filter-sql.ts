import { storedAs, type VersionColumn } from '../contract.ts'
import { quoteIdentifier as id } from '../duckdb.ts'
import { TableError } from '../errors.ts'
import type { RowFilter } from './contract.ts'

export interface Condition {
  /** A condition over `$1`, `$2` …; empty: every row. */
  sql: string
  values: (string | number)[]
}

type Shape = Pick<VersionColumn, 'name' | 'type' | 'stored'>

/** Returns the numeric axis of a column's histogram; undefined for columns without one. */
export function axisOf(column: Shape): string | undefined {
  const stored = storedAs(column)
  if (stored === 'datetime') return `epoch_ms(${id(column.name)}::TIMESTAMP)::DOUBLE`
  return stored === 'number' || stored === 'integer' ? `${id(column.name)}::DOUBLE` : undefined
}

export function columnOf<C extends Shape>(schema: readonly C[], name: string): C {
  const column = schema.find(c => c.name === name)
  if (!column)
    throw new TableError('invalid', `There is no column “${name}” in this version.`, {
      hint: 'Remove the condition on it, or open the version that has it.',
    })
  return column
}

type Bind = (value: string | number) => string

function equality(c: string, column: Shape, value: string): string {
  const stored = storedAs(column)
  if (stored === 'number') return `${c}::DOUBLE = TRY_CAST(${value} AS DOUBLE)`
  if (stored === 'integer') return `${c} = TRY_CAST(${value} AS HUGEINT)`
  return stored === 'boolean' ? `${c}::VARCHAR = lower(${value})` : `${c}::VARCHAR = ${value}`
}

function range(c: string, column: Shape, filter: Extract<RowFilter, { is: 'between' }>, bind: Bind): string {
  const axis = axisOf(column)
  if (!axis)
    throw new TableError('invalid', `${column.name} has no range: it holds ${column.type}.`, {
      hint: 'Use “equals” or “contains” instead.',
    })
  const bounds = [`${c} IS NOT NULL`]
  if (filter.from !== undefined) bounds.push(`${axis} >= ${bind(filter.from)}::DOUBLE`)
  if (filter.to !== undefined) bounds.push(`${axis} ${filter.withEnd ? '<=' : '<'} ${bind(filter.to)}::DOUBLE`)
  return bounds.join(' AND ')
}

function conditionOf(column: Shape, filter: RowFilter, bind: Bind): string {
  const c = id(column.name)
  if (filter.is === 'missing') return `${c} IS NULL`
  if (filter.is === 'present') return `${c} IS NOT NULL`
  if (filter.is === 'contains') return `contains(lower(${c}::VARCHAR), lower(${bind(filter.text)}::VARCHAR))`
  if (filter.is === 'equal') return equality(c, column, `${bind(String(filter.value))}::VARCHAR`)
  return range(c, column, filter, bind)
}

/** Compiles conditions to SQL with bound values: no user text becomes part of the statement. */
export function filterSql(schema: readonly Shape[], filters: readonly RowFilter[]): Condition {
  const values: (string | number)[] = []
  const bind = (value: string | number) => {
    values.push(value)
    return `$${values.length}`
  }
  const parts = filters.map(filter => `(${conditionOf(columnOf(schema, filter.column), filter, bind)})`)
  return { sql: parts.join(' AND '), values }
}
