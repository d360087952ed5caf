import { Cron } from 'croner'
import { and, eq, lte, sql } from 'drizzle-orm'
import type { Handle } from '#db/client.ts'
import { schedules } from '#db/schema/index.ts'
import { AppError } from './errors.ts'
import { newId } from './ids.ts'
import type { ProjectScope } from './scope.ts'

export interface NewSchedule {
  name: string
  /** Five fields, read in `zone`. */
  cron: string
  zone: string
  job: string
  subject: { kind: string; id: string }
  payload: Record<string, unknown>
  createdBy: string
}

/** The next instant after `from`. Throws `invalid` naming the pattern. */
export function nextRun(cron: string, zone: string, from: Date): Date | null {
  try {
    return new Cron(cron, { timezone: zone, paused: true }).nextRun(from)
  } catch (cause) {
    throw new AppError('invalid', `"${cron}" is not a schedule.`, {
      hint: 'Five fields: minute hour day month weekday, as `0 6 * * 1-5`.',
      cause,
    })
  }
}

export async function saveSchedule(tx: Handle, scope: ProjectScope, schedule: NewSchedule, now: Date): Promise<string> {
  const { subject, ...rest } = schedule
  const values = {
    ...rest,
    subjectKind: subject.kind,
    subjectId: subject.id,
    nextAt: nextRun(schedule.cron, schedule.zone, now),
  }
  const [row] = await tx
    .insert(schedules)
    .values({ id: newId(), projectId: scope.projectId, ...values })
    .onConflictDoUpdate({ target: [schedules.projectId, schedules.name], set: { ...values, enabled: true } })
    .returning({ id: schedules.id })
  return row!.id
}

export const listSchedules = (db: Handle, scope: ProjectScope) =>
  db.select().from(schedules).where(eq(schedules.projectId, scope.projectId)).orderBy(schedules.name)

export type ScheduleRow = typeof schedules.$inferSelect

/** Takes the schedules that are due, each once, and moves them on; runs missed while nothing was up count as one. */
export async function takeDue(tx: Handle, now: Date): Promise<ScheduleRow[]> {
  const due = await tx
    .select()
    .from(schedules)
    .where(and(eq(schedules.enabled, true), lte(schedules.nextAt, now)))
    .limit(50)
    .for('update', { skipLocked: true })
  for (const row of due)
    await tx
      .update(schedules)
      .set({ nextAt: nextRun(row.cron, row.zone, now), lastAt: sql`now()` })
      .where(eq(schedules.id, row.id))
  return due
}
