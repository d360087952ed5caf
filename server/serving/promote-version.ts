import { authorize, type Caller } from '#server/access/caller.ts'
import type { Kernel } from '#server/platform/kernel.ts'
import { versionOf } from '#server/registry/service.ts'
import type { PromoteInput, Switched } from './contract.ts'
import { switchEndpoint } from './switch-endpoint.ts'

/**
 * Makes a version the only target of an endpoint; creates the endpoint if needed. Returns when every live server reports the revision, or
 * after ten seconds with the laggards. Throws `not_found`, `conflict` (archived), `invalid` (cannot be served).
 */
export async function promoteVersion(kernel: Kernel, caller: Caller, input: PromoteInput): Promise<Switched> {
  await authorize(kernel, caller, 'serving:promote')
  const to = await versionOf(kernel.db, caller.scope, input.model)
  return switchEndpoint(kernel, caller, {
    action: 'promote',
    endpoint: input.endpoint,
    create: to,
    choose: async () => to,
    reason: input.reason,
    timeColumn: input.timeColumn,
  })
}
