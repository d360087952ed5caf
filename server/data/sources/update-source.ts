import { authorize, type Caller } from '#server/access/caller.ts'
import { nowDate } from '#server/kernel/clock.ts'
import { AppError } from '#server/kernel/errors.ts'
import { actorKey, type ProjectScope } from '#server/kernel/scope.ts'
import { type Change, change } from '#server/platform/change.ts'
import type { Kernel } from '#server/platform/kernel.ts'
import { findSchedule, removeSchedule, saveSchedule, setScheduleEnabled } from '#server/platform/schedules.ts'
import { sourceDisconnected, sourceUpdated } from '../events.ts'
import type { UpdateSourceInput } from './contract.ts'
import { refreshSourceJob } from './jobs.ts'
import { requireSource } from './start-refresh.ts'
import { removeSource, type SourceRow, updateSourceRow } from './store.ts'

export const scheduleName = (source: { datasetName: string }) => `Refresh ${source.datasetName}`

/** Schedules the refresh of a source. Throws `invalid` naming the pattern. */
export const scheduleRefresh = (c: Change, scope: ProjectScope, source: SourceRow, cron: string, now: Date) =>
  saveSchedule(
    c.queue,
    c.tx,
    scope,
    {
      name: scheduleName(source),
      cron,
      zone: scope.zone,
      job: refreshSourceJob.name,
      subject: { kind: 'source', id: source.id },
      payload: { v: 1, sourceId: source.id },
      createdBy: actorKey(c.actor),
    },
    now,
  )

/** Changes the schedule of a source, pauses it, and sets whether rows are appended or replaced. */
export async function updateSource(
  kernel: Kernel,
  caller: Caller,
  input: UpdateSourceInput,
): Promise<{ dataset: string }> {
  await authorize(kernel, caller, 'data:write')
  const { scope } = caller
  await change(kernel, caller.actor, async c => {
    const source = await requireSource(c, scope, input.dataset)
    const now = nowDate(kernel.clock)
    if (input.append !== undefined) await updateSourceRow(c.tx, scope, source.id, { append: input.append })
    if (input.cron === null) await removeSchedule(c.queue, c.tx, scope, scheduleName(source))
    else if (input.cron !== undefined) await scheduleRefresh(c, scope, source, input.cron, now)
    if (input.paused !== undefined) {
      if (!(await findSchedule(c.tx, scope, scheduleName(source))))
        throw new AppError('conflict', `${source.datasetName} has no schedule to pause.`)
      await setScheduleEnabled(c.queue, c.tx, scope, scheduleName(source), !input.paused, now)
    }
    const { dataset: _, ...details } = input
    await c.record({
      projectId: scope.projectId,
      event: sourceUpdated,
      subject: { kind: 'source', id: source.id },
      payload: { dataset: source.datasetName },
      audit: { action: 'data.update-source', details },
    })
  })
  return { dataset: input.dataset }
}

/** Deletes the source and its secrets; the dataset keeps its versions. */
export async function disconnectSource(
  kernel: Kernel,
  caller: Caller,
  input: { dataset: string },
): Promise<{ dataset: string }> {
  await authorize(kernel, caller, 'data:write')
  const { scope } = caller
  await change(kernel, caller.actor, async c => {
    const source = await requireSource(c, scope, input.dataset)
    await removeSchedule(c.queue, c.tx, scope, scheduleName(source))
    await removeSource(c.tx, scope, source.id)
    await c.record({
      projectId: scope.projectId,
      event: sourceDisconnected,
      subject: { kind: 'source', id: source.id },
      payload: { dataset: source.datasetName },
      audit: { action: 'data.disconnect-source', details: { dataset: source.datasetName } },
    })
  })
  return { dataset: input.dataset }
}
