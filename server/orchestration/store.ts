import { and, desc, eq, gte, inArray, like, lt, or, sql } from 'drizzle-orm'
import type { Handle } from '#db/client.ts'
import { attempts, jobs, processes } from '#db/schema/index.ts'
import type { ProjectScope } from '#server/kernel/scope.ts'

export type JobRow = typeof jobs.$inferSelect
export type AttemptRow = typeof attempts.$inferSelect & { host: string | null; pid: number | null }

export interface JobFilter {
  states?: readonly string[]
  /** Beginning of the job's name: `training.` or `data.ingest-file`. */
  name?: string
}

/** Newest first, before the job `before` when given (ids sort by time). */
export const findJobs = (
  db: Handle,
  scope: ProjectScope,
  filter: JobFilter,
  limit: number,
  before?: string,
): Promise<JobRow[]> =>
  db
    .select()
    .from(jobs)
    .where(
      and(
        eq(jobs.projectId, scope.projectId),
        filter.states ? inArray(jobs.state, [...filter.states]) : undefined,
        filter.name ? like(jobs.name, `${filter.name.replace(/[\\%_]/g, '\\$&')}%`) : undefined,
        before ? lt(jobs.id, before) : undefined,
      ),
    )
    .orderBy(desc(jobs.id))
    .limit(limit)

export async function countJobs(db: Handle, scope: ProjectScope): Promise<Record<string, number>> {
  const rows = await db
    .select({ state: jobs.state, n: sql<number>`count(*)::int` })
    .from(jobs)
    .where(eq(jobs.projectId, scope.projectId))
    .groupBy(jobs.state)
  return Object.fromEntries(rows.map(r => [r.state, r.n]))
}

export async function findJob(db: Handle, scope: ProjectScope, id: string): Promise<JobRow | undefined> {
  const [row] = await db
    .select()
    .from(jobs)
    .where(and(eq(jobs.projectId, scope.projectId), eq(jobs.id, id)))
  return row
}

/** The jobs that waited or ran after `from`, newest first. */
export const findJobsSince = (db: Handle, scope: ProjectScope, from: Date, limit: number): Promise<JobRow[]> =>
  db
    .select()
    .from(jobs)
    .where(
      and(eq(jobs.projectId, scope.projectId), or(inArray(jobs.state, ['queued', 'running']), gte(jobs.endedAt, from))),
    )
    .orderBy(desc(jobs.id))
    .limit(limit)

/** By job and number, each with the process that had it while that process is still on record. */
export async function findAttempts(
  db: Handle,
  scope: ProjectScope,
  jobIds: readonly string[],
): Promise<Map<string, AttemptRow[]>> {
  const found = new Map<string, AttemptRow[]>()
  if (jobIds.length === 0) return found
  const rows = await db
    .select({ attempt: attempts, host: processes.host, pid: processes.pid })
    .from(attempts)
    .leftJoin(processes, eq(processes.id, attempts.workerId))
    .where(and(eq(attempts.projectId, scope.projectId), inArray(attempts.jobId, [...jobIds])))
    .orderBy(attempts.jobId, attempts.number)
  for (const { attempt, host, pid } of rows) {
    const list = found.get(attempt.jobId)
    if (list) list.push({ ...attempt, host, pid })
    else found.set(attempt.jobId, [{ ...attempt, host, pid }])
  }
  return found
}

/** PostgreSQL's clock, which also wrote the times that a page draws against it. */
export async function databaseNow(db: Handle): Promise<Date> {
  const [row] = (await db.execute(sql`SELECT now() AS now`)) as unknown as [{ now: string | Date }]
  return new Date(row.now)
}
