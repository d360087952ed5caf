import type { Handle } from '#db/client.ts'
import type { ProjectScope } from '#server/kernel/scope.ts'
import { openJobsOf } from '#server/platform/read-jobs.ts'
import { checkEndpointJob } from './jobs.ts'

/** Lists checks that are queued or running, at most one per endpoint. */
export async function openChecks(db: Handle, scope: ProjectScope, endpointIds: string[]) {
  const open = await openJobsOf(db, scope, checkEndpointJob.name, { kind: 'endpoint', ids: endpointIds })
  return open.map(({ subjectId, ...job }) => ({ ...job, endpointId: subjectId }))
}
