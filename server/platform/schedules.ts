import { Cron } from 'croner'
import { and, eq, lte, sql } from 'drizzle-orm'
import type { Handle } from '#db/client.ts'
import { schedules } from '#db/schema/index.ts'
import { AppError } from '#server/kernel/errors.ts'
import { newId } from '#server/kernel/ids.ts'
import type { ProjectScope } from '#server/kernel/scope.ts'

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

/** Paused schedules keep their pattern; one that goes on again starts at its next instant and makes up for nothing. */
export async function setScheduleEnabled(
  tx: Handle,
  scope: ProjectScope,
  name: string,
  enabled: boolean,
  now: Date,
): Promise<void> {
  const mine = and(eq(schedules.projectId, scope.projectId), eq(schedules.name, name))
  const [row] = await tx.select().from(schedules).where(mine)
  if (!row) throw new AppError('not_found', `There is no schedule “${name}”.`)
  await tx
    .update(schedules)
    .set({ enabled, nextAt: nextRun(row.cron, row.zone, now) })
    .where(mine)
}

export const removeSchedule = async (tx: Handle, scope: ProjectScope, name: string): Promise<void> => {
  await tx.delete(schedules).where(and(eq(schedules.projectId, scope.projectId), eq(schedules.name, name)))
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
