import { sql } from 'drizzle-orm'
import type { Handle, Tx } from '#db/client.ts'

/** Lock shared by all workers of an instance. */
const LOCK = 7_166_003

/** Takes the lock until the transaction ends: only one worker sends unsent jobs. */
export const lockUnsent = async (tx: Tx): Promise<void> => {
  await tx.execute(sql`SELECT pg_advisory_xact_lock(${LOCK})`)
}

/** Lists open jobs that pg-boss does not have, oldest first. */
export async function findUnsentJobs(db: Handle): Promise<string[]> {
  const rows = (await db.execute(sql`
    SELECT id FROM jobs j WHERE state IN ('queued', 'running')
      AND NOT EXISTS (SELECT 1 FROM pgboss.job p WHERE p.name = j.lane AND p.id = j.id)
    ORDER BY created_at, id`)) as unknown as { id: string }[]
  return rows.map(row => row.id)
}

/** Lists enabled schedules that pg-boss does not have. */
export async function findUntimedSchedules(db: Handle): Promise<{ id: string; cron: string; zone: string }[]> {
  return (await db.execute(sql`
    SELECT id, cron, zone FROM schedules s WHERE enabled
      AND NOT EXISTS (SELECT 1 FROM pgboss.schedule p WHERE p.key = s.id::text)`)) as unknown as {
    id: string
    cron: string
    zone: string
  }[]
}
