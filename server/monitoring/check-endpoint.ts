import { authorize, type Caller } from '#server/access/caller.ts'
import { change } from '#server/platform/change.ts'
import type { Kernel } from '#server/platform/kernel.ts'
import { describeEndpoint } from '#server/serving/service.ts'
import type { CheckStarted } from './contract.ts'
import { checkEndpointJob } from './jobs.ts'
import { openChecks } from './open-checks.ts'
import { lockChecks } from './store.ts'

/**
 * Starts a check that compares the endpoint's traffic with its model's training data, unless one is queued or running. Throws `not_found`.
 */
export async function checkEndpoint(
  kernel: Kernel,
  caller: Caller,
  input: { endpoint: string },
): Promise<CheckStarted> {
  await authorize(kernel, caller, 'monitoring:check')
  const { scope } = caller
  const { id, endpoint } = await describeEndpoint(kernel, scope, input.endpoint)
  return change(kernel, caller.actor, async c => {
    await lockChecks(c.tx, id)
    const [open] = await openChecks(c.tx, scope, [id])
    if (open) return { endpoint, jobId: open.id, started: false }
    const job = await c.enqueue(checkEndpointJob, {
      projectId: scope.projectId,
      title: `Check ${endpoint}`,
      subject: { kind: 'endpoint', id },
      payload: { v: 1, endpointId: id, endpoint },
    })
    await c.record({
      projectId: scope.projectId,
      subject: { kind: 'endpoint', id },
      topic: 'monitor',
      audit: { action: 'monitoring.check-endpoint', details: { endpoint } },
    })
    return { endpoint, jobId: job.id, started: true }
  })
}
