import { sql } from 'drizzle-orm'
import type { Handle } from '#db/client.ts'
import type { Env } from '#server/kernel/env.ts'

const DAYS_AHEAD = 7

/** Creates the daily partitions of the next week and drops those older than their retention. */
export async function keepPartitions(
  db: Handle,
  env: Pick<Env, 'FLEXIML_RETENTION_EVENTS' | 'FLEXIML_RETENTION_LOGS' | 'FLEXIML_RETENTION_PREDICTIONS'>,
): Promise<void> {
  await db.execute(sql`SELECT ensure_day_partitions(${DAYS_AHEAD})`)
  const retention = {
    events: env.FLEXIML_RETENTION_EVENTS,
    log_chunks: env.FLEXIML_RETENTION_LOGS,
    prediction_log: env.FLEXIML_RETENTION_PREDICTIONS,
  }
  for (const [table, days] of Object.entries(retention))
    await db.execute(sql`SELECT drop_day_partitions(${table}, now() - make_interval(days => ${days}::int))`)
}
