import { authorize, type Caller } from '#server/access/caller.ts'
import { systemClock } from '#server/kernel/clock.ts'
import { change } from '#server/platform/change.ts'
import type { Kernel } from '#server/platform/kernel.ts'
import type { Retried, RetryInput } from './contract.ts'
import { describeEndpoint } from './describe-endpoints.ts'
import { modelRetried } from './events.ts'
import type { LoadState, ServerModels } from './models/contract.ts'
import { countRetry, listRevisions, lockEndpoint } from './store.ts'
import { unknownEndpoint } from './unknown-endpoint.ts'

const WAIT_MS = 10_000
const POLL_MS = 100

/**
 * Puts the models of an endpoint that servers took out of traffic back into it: each server loads them again. Waits for that at most ten
 * seconds. Throws `not_found`.
 */
export async function retryModel(kernel: Kernel, caller: Caller, input: RetryInput): Promise<Retried> {
  await authorize(kernel, caller, 'serving:promote')
  const { scope, actor } = caller
  const endpointId = await change(kernel, actor, async c => {
    const endpoint = await lockEndpoint(c.tx, scope, input.endpoint)
    const inForce = endpoint && (await listRevisions(c.tx, scope, endpoint.id))[0]
    if (!endpoint || !inForce) throw unknownEndpoint(input.endpoint)
    await countRetry(c.tx, endpoint)
    await c.record({
      projectId: scope.projectId,
      event: modelRetried,
      subject: { kind: 'endpoint', id: endpoint.id },
      payload: { endpoint: endpoint.name, model: inForce.model, version: inForce.version },
      reason: input.reason,
      audit: { action: 'serving.retry-model' },
    })
    return endpoint.id
  })
  const askedAt = systemClock.now()
  for (;;) {
    const shown = await describeEndpoint(kernel, scope, input.endpoint)
    const serving = shown.models.filter(report => champion(report) === 'loaded').length
    const tried = shown.models.every(report => hasTried(report, askedAt))
    if (!tried && systemClock.now() - askedAt < WAIT_MS) {
      await new Promise(resolve => setTimeout(resolve, POLL_MS))
      continue
    }
    kernel.notifier.wake({ topic: 'endpoint', projectId: scope.projectId, id: endpointId })
    const { endpoint, model, version, models, servers } = shown
    return { endpoint, model, version, models, servers: { serving, alive: servers.alive } }
  }
}

const champion = ({ models }: ServerModels): LoadState | undefined => models[0]?.state

/** Loaded, or out of traffic for a reason found after the request. */
function hasTried({ models }: ServerModels, askedAt: number): boolean {
  return models.every(
    ({ state, outage }) => state === 'loaded' || (outage !== null && Date.parse(outage.at) >= askedAt),
  )
}
