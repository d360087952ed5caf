import { Cron } from 'croner'
import { and, eq, sql } from 'drizzle-orm'
import type { Handle, Tx } from '#db/client.ts'
import { schedules } from '#db/schema/platform.ts'
import { AppError } from '#server/kernel/errors.ts'
import { newId } from '#server/kernel/ids.ts'
import type { ProjectScope } from '#server/kernel/scope.ts'
import type { Queue } from './queue.ts'

/** pg-boss times the schedules, by the id of our row. */
type Timing = Pick<Queue, 'schedule' | 'unschedule'>

export interface NewSchedule {
  name: string
  /** Cron expression of five fields, evaluated in `zone`. */
  cron: string
  zone: string
  job: string
  subject: { kind: string; id: string }
  payload: Record<string, unknown>
  createdBy: string
}

/** Returns the next instant after `from`. Throws `invalid` naming the pattern. */
export function nextRun(cron: string, zone: string, from: Date): Date | null {
  try {
    return new Cron(cron, { timezone: zone, paused: true }).nextRun(from)
  } catch (cause) {
    throw new AppError('invalid', `"${cron}" is not a schedule.`, {
      hint: 'Use five fields: minute hour day month weekday, for example `0 6 * * 1-5`.',
      cause,
    })
  }
}

export async function saveSchedule(
  queue: Timing,
  tx: Handle,
  scope: ProjectScope,
  schedule: NewSchedule,
  now: Date,
): Promise<string> {
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
  await queue.schedule(tx, { id: row!.id, cron: schedule.cron, zone: schedule.zone })
  return row!.id
}

/** Pauses or resumes a schedule. It keeps its pattern; after resuming it runs at its next instant, without catching up. */
export async function setScheduleEnabled(
  queue: Timing,
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
  await (enabled ? queue.schedule(tx, row) : queue.unschedule(tx, row.id))
}

export async function removeSchedule(queue: Timing, tx: Handle, scope: ProjectScope, name: string): Promise<void> {
  const gone = await tx
    .delete(schedules)
    .where(and(eq(schedules.projectId, scope.projectId), eq(schedules.name, name)))
    .returning({ id: schedules.id })
  for (const { id } of gone) await queue.unschedule(tx, id)
}

export const listSchedules = (db: Handle, scope: ProjectScope) =>
  db.select().from(schedules).where(eq(schedules.projectId, scope.projectId)).orderBy(schedules.name)

export async function findSchedule(db: Handle, scope: ProjectScope, name: string): Promise<ScheduleRow | undefined> {
  const [row] = await db
    .select()
    .from(schedules)
    .where(and(eq(schedules.projectId, scope.projectId), eq(schedules.name, name)))
  return row
}

export type ScheduleRow = typeof schedules.$inferSelect

/** Records that a schedule starts now and its next start. Returns undefined if it is paused or deleted. */
export async function startSchedule(tx: Tx, id: string, now: Date): Promise<ScheduleRow | undefined> {
  const [row] = await tx
    .select()
    .from(schedules)
    .where(and(eq(schedules.id, id), eq(schedules.enabled, true)))
    .for('update')
  if (row)
    await tx
      .update(schedules)
      .set({ nextAt: nextRun(row.cron, row.zone, now), lastAt: sql`now()` })
      .where(eq(schedules.id, id))
  return row
}
