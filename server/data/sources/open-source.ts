import { AppError } from '#server/kernel/errors.ts'
import type { ProjectScope } from '#server/kernel/scope.ts'
import type { Kernel } from '#server/platform/kernel.ts'
import type { Address, Reading, Secrets } from './contract.ts'
import { openSecrets } from './seal-secrets.ts'
import { findConnection, findSource } from './store.ts'

export interface OpenSource {
  address: Address
  reading: Reading
  secrets: Secrets
}

/** Returns a source with its decrypted secrets. Only for workers. */
export async function openSource(kernel: Kernel, scope: ProjectScope, sourceId: string): Promise<OpenSource> {
  const source = await findSource(kernel.db, scope, { id: sourceId })
  if (!source)
    throw new AppError('not_found', 'This dataset was disconnected from its source before it was read.', {
      hint: 'Add the source again.',
    })
  const { reading } = source
  if (source.address) return { address: source.address, reading, secrets: openSecrets(kernel, source) }
  const { address, secrets } = await openConnection(kernel, scope, source.connectionId!)
  return { address, reading, secrets }
}

export async function openConnection(
  kernel: Kernel,
  scope: ProjectScope,
  id: string,
): Promise<{ name: string; address: Address; secrets: Secrets }> {
  const row = await findConnection(kernel.db, scope, { id })
  if (!row) throw new AppError('not_found', 'This connection was deleted.')
  return { name: row.name, address: row.address, secrets: openSecrets(kernel, row) }
}
