import { type Clock, nowDate } from '#server/kernel/clock.ts'
import type { ProjectScope } from '#server/kernel/scope.ts'
import type { Change } from '#server/platform/change.ts'
import { listSchedules, saveSchedule } from '#server/platform/schedules.ts'
import { checkEndpointJob } from './jobs.ts'

/** Creates the hourly check schedule of every endpoint; existing schedules are not changed. */
export async function ensureSchedule(
  { tx, queue }: Change,
  scope: ProjectScope,
  endpoint: { id: string; name: string },
  clock: Clock,
): Promise<void> {
  const name = `Check ${endpoint.name}`
  if ((await listSchedules(tx, scope)).some(s => s.name === name)) return
  // Spread over the hour, so that not all endpoints are checked at once.
  const minute = Number.parseInt(endpoint.id.slice(-4), 16) % 60
  await saveSchedule(
    queue,
    tx,
    scope,
    {
      name,
      cron: `${minute} * * * *`,
      zone: scope.zone,
      job: checkEndpointJob.name,
      subject: { kind: 'endpoint', id: endpoint.id },
      payload: { v: 1, endpointId: endpoint.id, endpoint: endpoint.name },
      createdBy: 'system:monitoring',
    },
    nowDate(clock),
  )
}
