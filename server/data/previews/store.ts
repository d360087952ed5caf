import { and, eq, sql } from 'drizzle-orm'
import type { Handle, Tx } from '#db/client.ts'
import { sourcePreviews } from '#db/schema/data-previews.ts'
import { newId } from '#server/kernel/ids.ts'
import type { ProjectScope } from '#server/kernel/scope.ts'
import { inScope } from '#server/platform/in-scope.ts'

export type PreviewRow = typeof sourcePreviews.$inferSelect

/** Inserts a preview and deletes those older than a day: they are only for a person who waits. */
export async function insertPreview(
  tx: Tx,
  scope: ProjectScope,
  values: Pick<PreviewRow, 'fileName' | 'digest' | 'createdBy'>,
): Promise<PreviewRow> {
  await tx
    .delete(sourcePreviews)
    .where(
      and(eq(sourcePreviews.projectId, scope.projectId), sql`${sourcePreviews.createdAt} < now() - interval '1 day'`),
    )
  const [row] = await tx
    .insert(sourcePreviews)
    .values({ ...values, state: 'queued', id: newId(), projectId: scope.projectId })
    .returning()
  return row!
}

export async function updatePreview(
  tx: Handle,
  projectId: string,
  id: string,
  set: Partial<typeof sourcePreviews.$inferInsert>,
): Promise<void> {
  await tx
    .update(sourcePreviews)
    .set(set)
    .where(inScope(sourcePreviews, { projectId }, id))
}

export async function findPreview(db: Handle, scope: ProjectScope, id: string): Promise<PreviewRow | undefined> {
  const [row] = await db
    .select()
    .from(sourcePreviews)
    .where(inScope(sourcePreviews, scope, id))
  return row
}
