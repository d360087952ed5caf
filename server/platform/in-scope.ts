import { and, type Column, eq, inArray, type SQL } from 'drizzle-orm'
import type { ProjectScope } from '#server/kernel/scope.ts'

/** The rows of a table that belong to the project, all of them or those with the given ids. */
export function inScope(
  table: { projectId: Column; id: Column },
  scope: Pick<ProjectScope, 'projectId'>,
  id?: string | readonly string[],
): SQL {
  const mine = eq(table.projectId, scope.projectId)
  if (id === undefined) return mine
  return and(mine, typeof id === 'string' ? eq(table.id, id) : inArray(table.id, [...id]))!
}
