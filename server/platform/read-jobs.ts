import { and, desc, eq, gte, inArray, like, lt, or, sql } from 'drizzle-orm'
import type { Handle } from '#db/client.ts'
import { attempts, jobs, processes } from '#db/schema/platform.ts'
import type { ProjectScope } from '#server/kernel/scope.ts'
import type { AttemptRow, JobRow } from './attempts.ts'
import { inScope } from './in-scope.ts'
import type { NamedSubject, SubjectKind } from './subjects/contract.ts'

export type AttemptWithProcess = AttemptRow & { host: string | null; pid: number | null }

export interface JobFilter {
  states?: readonly string[]
  /** Prefix of the job's name: `training.` or `data.ingest-file`. */
  name?: string
}

/** Lists jobs, newest first, before the job `before` if given (ids sort by time). */
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

export const nameJobs = (db: Handle, scope: ProjectScope, ids: readonly string[]): Promise<NamedSubject[]> =>
  db
    .select({ id: jobs.id, name: jobs.title })
    .from(jobs)
    .where(inScope(jobs, scope, ids))

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
    .where(inScope(jobs, scope, id))
  return row
}

/** Lists the jobs that waited or ran after `from`, newest first. */
export const findJobsSince = (db: Handle, scope: ProjectScope, from: Date, limit: number): Promise<JobRow[]> =>
  db
    .select()
    .from(jobs)
    .where(
      and(eq(jobs.projectId, scope.projectId), or(inArray(jobs.state, ['queued', 'running']), gte(jobs.endedAt, from))),
    )
    .orderBy(desc(jobs.id))
    .limit(limit)

/** Lists attempts by job and number, each with its process if that is still registered. */
export async function findAttempts(
  db: Handle,
  scope: ProjectScope,
  jobIds: readonly string[],
): Promise<Map<string, AttemptWithProcess[]>> {
  const found = new Map<string, AttemptWithProcess[]>()
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

export type JobStatus = Pick<JobRow, 'id' | 'state' | 'progress'>

/** State and progress of jobs, by id. */
export async function jobStatusById(
  db: Handle,
  scope: ProjectScope,
  ids: readonly string[],
): Promise<Map<string, JobStatus>> {
  if (ids.length === 0) return new Map()
  const rows = await db
    .select({ id: jobs.id, state: jobs.state, progress: jobs.progress })
    .from(jobs)
    .where(inScope(jobs, scope, ids))
  return new Map(rows.map(row => [row.id, row]))
}

/** Jobs of this name that are queued or running for one of the subjects, newest first. */
export async function openJobsOf(
  db: Handle,
  scope: ProjectScope,
  name: string,
  subjects: { kind: SubjectKind; ids: readonly string[] },
): Promise<(JobStatus & { subjectId: string | null })[]> {
  if (subjects.ids.length === 0) return []
  return db
    .select({ id: jobs.id, subjectId: jobs.subjectId, state: jobs.state, progress: jobs.progress })
    .from(jobs)
    .where(
      and(
        eq(jobs.projectId, scope.projectId),
        eq(jobs.subjectKind, subjects.kind),
        inArray(jobs.subjectId, [...subjects.ids]),
        eq(jobs.name, name),
        inArray(jobs.state, ['queued', 'running']),
      ),
    )
    .orderBy(desc(jobs.createdAt))
}

/** Returns the peak of the resident memory over the attempts of a job. */
export async function peakMemoryOf(db: Handle, scope: ProjectScope, jobId: string): Promise<number | null> {
  const [row] = await db
    .select({ peak: sql<string | null>`max(${attempts.peakMemoryBytes})` })
    .from(attempts)
    .where(and(eq(attempts.projectId, scope.projectId), eq(attempts.jobId, jobId)))
  return row?.peak == null ? null : Number(row.peak)
}
