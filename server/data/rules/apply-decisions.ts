import { AppError } from '#server/kernel/errors.ts'
import { type ColumnDecision, typesFor, type VersionColumn } from '../contract.ts'

const sameDomain = (a: ColumnDecision['domain'], b: ColumnDecision['domain']) => JSON.stringify(a) === JSON.stringify(b)

/**
 * Returns the schema with the decisions applied. Throws for types that the bytes cannot have, and for a second target or time. `label`
 * names the version in messages.
 */
export function applyDecisions(schema: VersionColumn[], decisions: ColumnDecision[], label: string): VersionColumn[] {
  const wishes = new Map(decisions.map(d => [d.name, d]))
  const unknown = decisions.filter(d => !schema.some(c => c.name === d.name))
  if (unknown.length > 0)
    throw new AppError('invalid', `There is no column ${unknown.map(c => `“${c.name}”`).join(', ')} in ${label}.`)
  const decided = schema.map(column => {
    const wish = wishes.get(column.name)
    if (!wish) return column
    const { type = column.type, role = column.role, nullable = column.nullable } = wish
    if (type !== column.type && !typesFor(column).includes(type))
      throw new AppError('invalid', `“${column.name}” cannot be read as ${type}.`, {
        hint: `It can be ${typesFor(column).join(', ')}.`,
      })
    if (Array.isArray(wish.domain) && (type === 'number' || type === 'integer'))
      throw new AppError('invalid', `“${column.name}” is ${type}: its domain is a range, not a list of values.`)
    if (wish.domain && !Array.isArray(wish.domain) && type !== 'number' && type !== 'integer')
      throw new AppError('invalid', `“${column.name}” is ${type}: its domain is a list of values, not a range.`)
    // A range does not apply to a category, nor levels to a number.
    const kept = type === column.type ? column.domain : undefined
    const domain = wish.domain ?? kept
    if (
      type === column.type &&
      role === column.role &&
      nullable === column.nullable &&
      sameDomain(domain, column.domain)
    )
      return column
    return { ...column, type, role, nullable, domain, reason: 'set by a user' }
  })
  for (const role of ['target', 'time'] as const)
    if (decided.filter(c => c.role === role).length > 1)
      throw new AppError('invalid', `Only one column can be the ${role}.`)
  return decided
}
