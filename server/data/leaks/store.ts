import { and, eq, inArray } from 'drizzle-orm'
import type { Handle, Tx } from '#db/client.ts'
import { dataLeaks } from '#db/schema/data-findings.ts'
import { newId } from '#server/kernel/ids.ts'
import type { ProjectScope } from '#server/kernel/scope.ts'
import { inScope } from '#server/platform/in-scope.ts'
import type { LeakEvidence, LeakSplit, StoredLeak } from './contract.ts'

export type LeaksRow = Omit<typeof dataLeaks.$inferSelect, 'findings'> & {
  findings: { v: 1; items: StoredLeak[]; evidence?: LeakEvidence } | null
}

export interface LeaksKey {
  versionId: string
  target: string
  split: LeakSplit
}

const isKey = (projectId: string, key: LeaksKey) =>
  and(
    eq(dataLeaks.projectId, projectId),
    eq(dataLeaks.versionId, key.versionId),
    eq(dataLeaks.target, key.target),
    eq(dataLeaks.split, key.split),
  )

export async function findLeaksRow(db: Handle, scope: ProjectScope, key: LeaksKey): Promise<LeaksRow | undefined> {
  const [row] = await db.select().from(dataLeaks).where(isKey(scope.projectId, key))
  return row as LeaksRow | undefined
}

/** Lists all searches of these versions. */
export async function listLeaksOf(db: Handle, scope: ProjectScope, versionIds: string[]): Promise<LeaksRow[]> {
  if (versionIds.length === 0) return []
  const rows = await db
    .select()
    .from(dataLeaks)
    .where(and(eq(dataLeaks.projectId, scope.projectId), inArray(dataLeaks.versionId, versionIds)))
  return rows as LeaksRow[]
}

export async function findLeaksById(db: Handle, scope: ProjectScope, id: string): Promise<LeaksRow | undefined> {
  const [row] = await db
    .select()
    .from(dataLeaks)
    .where(inScope(dataLeaks, scope, id))
  return row as LeaksRow | undefined
}

/** Queues a search; earlier findings stay readable until it has succeeded. */
export async function queueLeaks(tx: Tx, scope: ProjectScope, key: LeaksKey): Promise<LeaksRow> {
  const [row] = await tx
    .insert(dataLeaks)
    .values({ ...key, id: newId(), projectId: scope.projectId, state: 'queued' })
    .onConflictDoUpdate({
      target: [dataLeaks.projectId, dataLeaks.versionId, dataLeaks.target, dataLeaks.split],
      set: { state: 'queued', reason: null, endedAt: null },
    })
    .returning()
  return row as LeaksRow
}

/** Updates a search. @param jobId only if this is still the newest job. */
export async function updateLeaks(
  tx: Handle,
  projectId: string,
  id: string,
  set: Partial<typeof dataLeaks.$inferInsert>,
  jobId?: string,
): Promise<void> {
  await tx
    .update(dataLeaks)
    .set(set)
    .where(
      and(
        eq(dataLeaks.projectId, projectId),
        eq(dataLeaks.id, id),
        jobId === undefined ? undefined : eq(dataLeaks.jobId, jobId),
      ),
    )
}
