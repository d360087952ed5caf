import { authorize, type Caller } from '#server/access/caller.ts'
import { change } from '#server/platform/change.ts'
import type { Kernel } from '#server/platform/kernel.ts'
import type { PolicyChanged, RowPolicy, RowPolicyInput } from './contract.ts'
import { rowPolicyChanged } from './events.ts'
import { lockEndpoint, setRowPolicy } from './store.ts'
import { unknownEndpoint } from './unknown-endpoint.ts'

/** Chooses how an endpoint reads rows; servers follow within a second. Throws `not_found`. */
export async function changeRowPolicy(kernel: Kernel, caller: Caller, input: RowPolicyInput): Promise<PolicyChanged> {
  await authorize(kernel, caller, 'serving:promote')
  const { scope, actor } = caller
  return change(kernel, actor, async c => {
    const endpoint = await lockEndpoint(c.tx, scope, input.endpoint)
    if (!endpoint) throw unknownEndpoint(input.endpoint)
    const previous = endpoint.policy as RowPolicy
    const changed: PolicyChanged = { endpoint: endpoint.name, policy: input.policy, previous }
    if (previous === input.policy) return changed
    await setRowPolicy(c.tx, scope, endpoint.id, input.policy)
    await c.record({
      projectId: scope.projectId,
      event: rowPolicyChanged,
      subject: { kind: 'endpoint', id: endpoint.id },
      payload: { ...changed },
      reason: input.reason ?? '',
      audit: { action: 'serving.change-policy' },
    })
    return changed
  })
}
