import { authorize, type Caller } from '#server/access/caller.ts'
import { AppError } from '#server/kernel/errors.ts'
import type { Kernel } from '#server/platform/kernel.ts'
import { type ModelVersion, versionById, versionOf } from '#server/registry/service.ts'
import type { RollbackInput, Switched } from './contract.ts'
import { previousVersion } from './rules/choose-rollback.ts'
import { type PastRevisions, switchEndpoint } from './switch-endpoint.ts'

/** Rolls back to the previous champion, or to version `to` of the same model. Throws `conflict` if there is none. */
export async function rollbackEndpoint(kernel: Kernel, caller: Caller, input: RollbackInput): Promise<Switched> {
  await authorize(kernel, caller, 'serving:promote')
  return switchEndpoint(kernel, caller, {
    action: 'rollback',
    endpoint: input.endpoint,
    reason: input.reason,
    choose: past => chooseVersion(kernel, caller, input, past),
  })
}

async function chooseVersion(
  kernel: Kernel,
  { scope }: Caller,
  { endpoint, to }: RollbackInput,
  past: PastRevisions,
): Promise<ModelVersion> {
  const inForce = past[0]!
  if (to !== undefined) {
    if (to === inForce.version)
      throw new AppError('conflict', `${inForce.model} v${to} is already the champion of ${endpoint}.`)
    return versionOf(kernel.db, scope, `${inForce.model}@${to}`)
  }
  const id = previousVersion(past.map(({ revision, versionId }) => ({ ...revision, versionId })))
  if (id) return versionById(kernel.db, scope, id)
  throw new AppError('conflict', `${endpoint} had no version before ${inForce.model} v${inForce.version}.`, {
    hint: 'Choose a version: `fleximl model rollback ENDPOINT --to VERSION`.',
  })
}
