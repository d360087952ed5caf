import { eq } from 'drizzle-orm'
import type { Handle, Tx } from '#db/client.ts'
import { projects } from '#db/schema/access.ts'
import { type ProjectScope, scopeOf } from '#server/kernel/scope.ts'

/** Scopes of all projects. Only for work of the instance. */
export async function listScopes(db: Handle): Promise<ProjectScope[]> {
  const rows = await db.select({ id: projects.id, slug: projects.slug, zone: projects.zone }).from(projects)
  return rows.map(scopeOf)
}

/** Returns true if the project is archived: its schedules start nothing. */
export async function isArchived(db: Handle, projectId: string): Promise<boolean> {
  const [row] = await db.select({ archivedAt: projects.archivedAt }).from(projects).where(eq(projects.id, projectId))
  return row?.archivedAt != null
}

/** Locks the row of the project until the transaction ends: what is numbered per project is numbered under this lock. */
export async function lockProject(tx: Tx, scope: ProjectScope): Promise<void> {
  await tx.select({ id: projects.id }).from(projects).where(eq(projects.id, scope.projectId)).for('no key update')
}
