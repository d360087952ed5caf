import { and, eq, inArray, sql } from 'drizzle-orm'
import type { Handle, Tx } from '#db/client.ts'
import { eventDeliveries } from '#db/schema/platform.ts'
import type { ProjectScope } from '#server/kernel/scope.ts'
import type { StoredEvent } from './events.ts'
import { listScopes } from './projects.ts'

export type DeliveryRow = typeof eventDeliveries.$inferSelect

/** Takes the dispatcher's lock until the transaction ends: only one process dispatches at a time. */
export async function lockDispatcher(tx: Tx): Promise<boolean> {
  const [row] = (await tx.execute(
    sql`SELECT pg_try_advisory_xact_lock(hashtextextended('event dispatcher', 0)) AS locked`,
  )) as unknown as [{ locked: boolean }]
  return row.locked
}

/** Stores events for a consumer, without those of deleted projects. Stored events are not changed. */
export async function insertDeliveries(tx: Tx, consumer: string, events: readonly StoredEvent[]): Promise<void> {
  if (events.length === 0) return
  const known = new Set((await listScopes(tx)).map(scope => scope.projectId))
  const rows = events
    .filter(e => known.has(e.projectId))
    .map(e => ({
      projectId: e.projectId,
      consumer,
      seq: e.seq,
      xid: e.xid,
      subjectKind: e.subjectKind,
      subjectId: e.subjectId,
      event: { ...e, at: e.at.toISOString() },
    }))
  if (rows.length > 0) await tx.insert(eventDeliveries).values(rows).onConflictDoNothing()
}

/** Lists the pending deliveries of a consumer that do not wait for an earlier one of their subject, oldest first. */
export async function nextDeliveries(tx: Tx, consumer: string, limit: number): Promise<DeliveryRow[]> {
  const first = tx
    .selectDistinctOn([eventDeliveries.subjectKind, eventDeliveries.subjectId])
    .from(eventDeliveries)
    .where(eq(eventDeliveries.consumer, consumer))
    .orderBy(eventDeliveries.subjectKind, eventDeliveries.subjectId, eventDeliveries.xid, eventDeliveries.seq)
    .as('first')
  return tx.select().from(first).where(eq(first.state, 'pending')).orderBy(first.xid, first.seq).limit(limit)
}

const one = (consumer: string, seq: number) => and(eq(eventDeliveries.consumer, consumer), eq(eventDeliveries.seq, seq))

export async function markSent(tx: Tx, consumer: string, seq: number, jobId: string): Promise<void> {
  await tx.update(eventDeliveries).set({ state: 'sent', jobId }).where(one(consumer, seq))
}

/** Marks a delivery as dead: later events of the subject wait until it is repeated or skipped. */
export async function markDead(tx: Handle, consumer: string, seq: number): Promise<void> {
  await tx.update(eventDeliveries).set({ state: 'dead' }).where(one(consumer, seq))
}

/** Locks a delivery until the transaction ends; undefined if it was handled or skipped. */
export async function lockDelivery(tx: Tx, consumer: string, seq: number): Promise<DeliveryRow | undefined> {
  const [row] = await tx.select().from(eventDeliveries).where(one(consumer, seq)).for('update')
  return row
}

export async function endDelivery(tx: Handle, consumer: string, seq: number): Promise<void> {
  await tx.delete(eventDeliveries).where(one(consumer, seq))
}

/** Returns which of these jobs failed to deliver an event: later events of its subject wait. */
export async function findBlockingJobs(db: Handle, scope: ProjectScope, jobIds: string[]): Promise<Set<string>> {
  if (jobIds.length === 0) return new Set()
  const rows = await db
    .select({ jobId: eventDeliveries.jobId })
    .from(eventDeliveries)
    .where(
      and(
        eq(eventDeliveries.projectId, scope.projectId),
        eq(eventDeliveries.state, 'dead'),
        inArray(eventDeliveries.jobId, jobIds),
      ),
    )
  return new Set(rows.map(r => r.jobId!))
}

/** Ends the dead delivery of a job without handling its event; undefined if the job has none. */
export async function skipDeadDelivery(tx: Tx, scope: ProjectScope, jobId: string): Promise<DeliveryRow | undefined> {
  const [row] = await tx
    .delete(eventDeliveries)
    .where(
      and(
        eq(eventDeliveries.projectId, scope.projectId),
        eq(eventDeliveries.jobId, jobId),
        eq(eventDeliveries.state, 'dead'),
      ),
    )
    .returning()
  return row
}
