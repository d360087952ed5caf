import { and, asc, eq } from 'drizzle-orm'
import type { Handle } from '#db/client.ts'
import { logChunks } from '#db/schema/platform.ts'
import { newId } from '#server/kernel/ids.ts'
import type { ProjectScope } from '#server/kernel/scope.ts'
import type { AttemptRef, JobRow } from './attempts.ts'

export interface LogLine {
  /** ISO 8601. */
  at: string
  level: 'info' | 'warn' | 'error'
  text: string
}

export async function appendLines(db: Handle, job: JobRow, attempt: AttemptRef, lines: LogLine[]): Promise<void> {
  await db
    .insert(logChunks)
    .values({ id: newId(), projectId: job.projectId, jobId: job.id, attempt: attempt.number, lines })
}

/** Reads the job's lines of all attempts, oldest first. */
export async function readLines(
  db: Handle,
  scope: ProjectScope,
  jobId: string,
  limitChunks = 400,
): Promise<(LogLine & { attempt: number })[]> {
  const chunks = await db
    .select({ lines: logChunks.lines, attempt: logChunks.attempt })
    .from(logChunks)
    .where(and(eq(logChunks.projectId, scope.projectId), eq(logChunks.jobId, jobId)))
    .orderBy(asc(logChunks.id))
    .limit(limitChunks)
  return chunks.flatMap(c => c.lines.map(l => ({ ...(l as LogLine), attempt: c.attempt })))
}

/** Reads the lines after the first `after` chunks, and the number of chunks, which a follower passes as the next `after`. */
export async function readLinesAfter(
  db: Handle,
  scope: ProjectScope,
  jobId: string,
  after: number,
  limitChunks = 400,
): Promise<{ lines: (LogLine & { attempt: number })[]; next: number }> {
  const chunks = await db
    .select({ lines: logChunks.lines, attempt: logChunks.attempt })
    .from(logChunks)
    .where(and(eq(logChunks.projectId, scope.projectId), eq(logChunks.jobId, jobId)))
    .orderBy(asc(logChunks.id))
    .offset(after)
    .limit(limitChunks)
  return {
    lines: chunks.flatMap(c => c.lines.map(l => ({ ...(l as LogLine), attempt: c.attempt }))),
    next: after + chunks.length,
  }
}
