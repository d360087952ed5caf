import { allowedAddresses, isOutgoingRefusal, outgoingPolicy } from '#server/adapters/outgoing/index.ts'
import type { Actor, ProjectScope } from '#server/kernel/scope.ts'
import { writeAudit } from '#server/platform/audit.ts'
import type { Kernel } from '#server/platform/kernel.ts'
import type { Address } from './contract.ts'
import { describeAddress, hostOf } from './rules/describe-address.ts'

export async function auditRefusal(
  kernel: Kernel,
  scope: ProjectScope,
  actor: Actor,
  address: Address,
  error: { message: string },
): Promise<void> {
  await writeAudit(kernel.db, actor, {
    projectId: scope.projectId,
    action: 'data.reach-source',
    subjectKind: 'address',
    subjectId: describeAddress(address),
    outcome: 'refused',
    reason: error.message,
  })
}

/**
 * Throws, audited, for an address that the outgoing guard of a worker would refuse. A name that cannot be resolved here is not refused: a
 * worker may resolve it. The worker checks the connection again.
 */
export async function requireReachable(
  kernel: Kernel,
  scope: ProjectScope,
  actor: Actor,
  address: Address,
): Promise<void> {
  const host = hostOf(address)
  if (host === undefined) return
  try {
    await allowedAddresses(outgoingPolicy(kernel), host)
  } catch (error) {
    if (isOutgoingRefusal(error)) await auditRefusal(kernel, scope, actor, address, error)
    else if ((error as { code?: unknown }).code === 'unavailable') return
    throw error
  }
}
