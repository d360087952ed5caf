import { authorize, type Caller } from '#server/access/caller.ts'
import { AppError } from '#server/kernel/errors.ts'
import { newId } from '#server/kernel/ids.ts'
import { actorKey } from '#server/kernel/scope.ts'
import { change } from '#server/platform/change.ts'
import type { Kernel } from '#server/platform/kernel.ts'
import { connectionCreated, connectionDeleted } from '../events.ts'
import { type CreateConnectionInput, createConnectionInput } from './contract.ts'
import { requireReachable } from './require-reachable.ts'
import { describeAddress } from './rules/describe-address.ts'
import { requirePossible } from './rules/require-possible.ts'
import { sealSecrets } from './seal-secrets.ts'
import { datasetsByConnection, findConnection, insertConnection, removeConnection } from './store.ts'

/** Stores a connection. Its secrets are encrypted and never returned. */
export async function createConnection(
  kernel: Kernel,
  caller: Caller,
  input: CreateConnectionInput,
): Promise<{ name: string }> {
  await authorize(kernel, caller, 'data:write')
  const { name, address, secrets } = createConnectionInput.parse(input)
  requirePossible(address, secrets)
  await requireReachable(kernel, caller.scope, caller.actor, address)
  await change(kernel, caller.actor, async c => {
    if (await findConnection(c.tx, caller.scope, { name }))
      throw new AppError('conflict', `A connection ${name} already exists.`, {
        hint: 'Choose another name, or delete it first.',
      })
    const id = newId()
    const row = await insertConnection(c.tx, caller.scope, {
      id,
      name,
      kind: address.kind,
      address,
      ...sealSecrets(kernel, id, secrets),
      createdBy: actorKey(caller.actor),
    })
    await c.record({
      projectId: caller.scope.projectId,
      event: connectionCreated,
      subject: { kind: 'connection', id },
      payload: { name },
      audit: {
        action: 'data.create-connection',
        details: { name, address: describeAddress(address), secrets: row.secretNames },
      },
    })
  })
  return { name }
}

/** Deletes a connection and its secrets. Throws if a dataset uses it. */
export async function deleteConnection(
  kernel: Kernel,
  caller: Caller,
  input: { name: string },
): Promise<{ name: string }> {
  await authorize(kernel, caller, 'data:write')
  await change(kernel, caller.actor, async c => {
    const row = await findConnection(c.tx, caller.scope, input)
    if (!row) throw new AppError('not_found', `There is no connection ${input.name} in this project.`)
    const used = (await datasetsByConnection(c.tx, caller.scope)).get(row.id) ?? []
    if (used.length > 0)
      throw new AppError(
        'conflict',
        `${input.name} is used by ${used.slice(0, 5).join(', ')}${used.length > 5 ? ' …' : ''}.`,
        {
          hint: 'Disconnect these datasets from their source first; their versions stay.',
        },
      )
    await removeConnection(c.tx, caller.scope, row.id)
    await c.record({
      projectId: caller.scope.projectId,
      event: connectionDeleted,
      subject: { kind: 'connection', id: row.id },
      payload: { name: row.name },
      audit: { action: 'data.delete-connection', details: { name: row.name } },
    })
  })
  return { name: input.name }
}
