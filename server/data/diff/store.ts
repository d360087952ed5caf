import { and, eq } from 'drizzle-orm'
import type { Handle, Tx } from '#db/client.ts'
import { dataDiffs } from '#db/schema/data-findings.ts'
import { newId } from '#server/kernel/ids.ts'
import type { ProjectScope } from '#server/kernel/scope.ts'
import { inScope } from '#server/platform/in-scope.ts'
import type { StoredDiff } from './contract.ts'

export type DiffRow = Omit<typeof dataDiffs.$inferSelect, 'result'> & { result: StoredDiff | null }
export interface DiffPair {
  beforeId: string
  afterId: string
  /** JSON list of names. */
  key: string
}

export async function findDiff(db: Handle, scope: ProjectScope, pair: DiffPair): Promise<DiffRow | undefined> {
  const [row] = await db
    .select()
    .from(dataDiffs)
    .where(
      and(
        eq(dataDiffs.projectId, scope.projectId),
        eq(dataDiffs.beforeId, pair.beforeId),
        eq(dataDiffs.afterId, pair.afterId),
        eq(dataDiffs.key, pair.key),
      ),
    )
  return row as DiffRow | undefined
}

export async function findDiffById(db: Handle, scope: ProjectScope, id: string): Promise<DiffRow | undefined> {
  const [row] = await db
    .select()
    .from(dataDiffs)
    .where(inScope(dataDiffs, scope, id))
  return row as DiffRow | undefined
}

/** Queues a comparison. Returns undefined if it is queued at this moment or exists already. A failed one may be repeated. */
export async function queueDiff(
  tx: Tx,
  scope: ProjectScope,
  pair: DiffPair,
  createdBy: string,
): Promise<DiffRow | undefined> {
  const [row] = await tx
    .insert(dataDiffs)
    .values({ ...pair, id: newId(), projectId: scope.projectId, state: 'queued', createdBy })
    .onConflictDoUpdate({
      target: [dataDiffs.projectId, dataDiffs.beforeId, dataDiffs.afterId, dataDiffs.key],
      set: { state: 'queued', reason: null, hint: null, endedAt: null },
      setWhere: eq(dataDiffs.state, 'failed'),
    })
    .returning()
  return row as DiffRow | undefined
}

export async function updateDiff(
  tx: Handle,
  projectId: string,
  id: string,
  set: Partial<typeof dataDiffs.$inferInsert>,
): Promise<void> {
  await tx
    .update(dataDiffs)
    .set(set)
    .where(inScope(dataDiffs, { projectId }, id))
}
