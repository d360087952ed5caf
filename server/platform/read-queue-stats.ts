import { and, desc, eq, isNotNull, sql } from 'drizzle-orm'
import type { Handle } from '#db/client.ts'
import { jobs } from '#db/schema/platform.ts'
import type { ProjectScope } from '#server/kernel/scope.ts'
import type { JobRow } from './attempts.ts'

/** Returns PostgreSQL's clock, which also wrote the times that pages show. */
export async function databaseNow(db: Handle): Promise<Date> {
  const [row] = (await db.execute(sql`SELECT now() AS now`)) as unknown as [{ now: string | Date }]
  return new Date(row.now)
}

export interface QueueStats {
  lane: string
  queued: number
  running: number
  oldestWaitSeconds: number
  succeeded: number
  failed: number
  deadLetters: number
  /** 50th, 95th and 99th percentile. */
  waitSeconds: number[] | null
  runSeconds: number[] | null
}

/** Returns the depth of each lane now, and the results and times of the jobs that ended within the last `hours`. */
export async function readQueueStats(db: Handle, scope: ProjectScope, hours: number): Promise<QueueStats[]> {
  const since = sql`now() - make_interval(hours => ${hours}::int)`
  return (await db.execute(sql`
    WITH ended AS (
      SELECT lane, state, extract(epoch FROM started_at - greatest(created_at, least(run_after, started_at)))::float8 AS wait
      FROM jobs WHERE project_id = ${scope.projectId} AND ended_at > ${since}
    ), open AS (
      SELECT lane, count(*) FILTER (WHERE state = 'queued')::int AS queued, count(*) FILTER (WHERE state = 'running')::int AS running,
        coalesce(extract(epoch FROM now() - min(run_after) FILTER (WHERE state = 'queued' AND run_after <= now())), 0)::float8 AS oldest
      FROM jobs WHERE project_id = ${scope.projectId} AND state IN ('queued', 'running') GROUP BY lane
    ), dead AS (
      SELECT lane, count(*)::int AS n FROM jobs
      WHERE project_id = ${scope.projectId} AND dead_lettered_at IS NOT NULL AND state = 'failed' GROUP BY lane
    ), results AS (
      SELECT lane, count(*) FILTER (WHERE state = 'succeeded')::int AS succeeded, count(*) FILTER (WHERE state = 'failed')::int AS failed,
        percentile_cont(ARRAY[0.5, 0.95, 0.99]) WITHIN GROUP (ORDER BY wait) AS waits
      FROM ended GROUP BY lane
    ), run_times AS (
      SELECT j.lane, percentile_cont(ARRAY[0.5, 0.95, 0.99])
        WITHIN GROUP (ORDER BY extract(epoch FROM a.ended_at - a.started_at)::float8) AS runs
      FROM attempts a JOIN jobs j ON j.id = a.job_id
      WHERE j.project_id = ${scope.projectId} AND j.ended_at > ${since} AND a.ended_at IS NOT NULL GROUP BY j.lane
    )
    SELECT lane, coalesce(queued, 0) AS queued, coalesce(running, 0) AS running, coalesce(oldest, 0) AS "oldestWaitSeconds",
      coalesce(succeeded, 0) AS succeeded, coalesce(failed, 0) AS failed, coalesce(n, 0) AS "deadLetters",
      waits AS "waitSeconds", runs AS "runSeconds"
    FROM unnest(ARRAY['interactive', 'compute', 'maintenance']) AS lane
      LEFT JOIN open USING (lane) LEFT JOIN results USING (lane) LEFT JOIN run_times USING (lane) LEFT JOIN dead USING (lane)`)) as unknown as QueueStats[]
}

export const findDeadLetters = (db: Handle, scope: ProjectScope, limit: number): Promise<JobRow[]> =>
  db
    .select()
    .from(jobs)
    .where(and(eq(jobs.projectId, scope.projectId), isNotNull(jobs.deadLetteredAt), eq(jobs.state, 'failed')))
    .orderBy(desc(jobs.deadLetteredAt))
    .limit(limit)
