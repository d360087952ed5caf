import { AppError } from '#server/kernel/errors.ts'
import type { VersionColumn } from '../contract.ts'

/** Sets the target and time columns. There is one of each, so the column that had the role becomes a feature. */
export function chooseRoles(schema: VersionColumn[], wishes: { target?: string; time?: string }): VersionColumn[] {
  let columns = schema
  for (const role of ['target', 'time'] as const) {
    const name = wishes[role]
    if (!name) continue
    if (!schema.some(c => c.name === name))
      throw new AppError('invalid', `There is no column “${name}” to use as the ${role}.`, {
        hint: `The columns are ${schema
          .slice(0, 30)
          .map(c => c.name)
          .join(', ')}${schema.length > 30 ? ' …' : ''}.`,
      })
    columns = columns.map(c => {
      if (c.name === name) return c.role === role ? c : { ...c, role, reason: `chosen as ${role}` }
      return c.role === role ? { ...c, role: 'feature' as const, reason: `another column was chosen as ${role}` } : c
    })
  }
  return columns
}
