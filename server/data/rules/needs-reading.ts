import { type ColumnDecision, typesFor, type VersionColumn } from '../contract.ts'

const same = (a: unknown, b: unknown) => JSON.stringify(a ?? {}) === JSON.stringify(b ?? {})

/**
 * Returns whether decisions can be followed only by reading the files again: another format, or a type that the stored cells do not have but
 * most of their texts allow.
 */
export function needsReading(schema: readonly VersionColumn[], decisions: readonly ColumnDecision[]): boolean {
  const columns = new Map(schema.map(c => [c.name, c]))
  return decisions.some(({ name, type, format }) => {
    const column = columns.get(name)
    if (!column) return false
    if (format !== undefined && !same(format, column.format)) return true
    return type !== undefined && !typesFor(column).includes(type) && isOffered(column, type)
  })
}

const isOffered = ({ conversion }: VersionColumn, type: string): boolean =>
  conversion !== undefined && (conversion.type === type || (type === 'number' && conversion.type === 'integer'))
