import { authorize, type Caller } from '#server/access/caller.ts'
import { nowDate } from '#server/kernel/clock.ts'
import { AppError } from '#server/kernel/errors.ts'
import { newId } from '#server/kernel/ids.ts'
import { actorKey } from '#server/kernel/scope.ts'
import { change } from '#server/platform/change.ts'
import type { Kernel } from '#server/platform/kernel.ts'
import type { IngestionRow } from '../store.ts'
import { type AddSourceInput, addSourceInput } from './contract.ts'
import { requireReachable } from './require-reachable.ts'
import { describeAddress, readingUrl } from './rules/describe-address.ts'
import { requirePossible } from './rules/require-possible.ts'
import { sealSecrets } from './seal-secrets.ts'
import { startRefresh } from './start-refresh.ts'
import { findConnection, findMovingIngestion, findSource, insertSource, updateSourceRow } from './store.ts'
import { scheduleRefresh } from './update-source.ts'

/** Sets the source of a dataset and reads it at once. If the dataset had another source, it is replaced; the versions stay. */
export async function addFromSource(kernel: Kernel, caller: Caller, input: AddSourceInput): Promise<IngestionRow> {
  await authorize(kernel, caller, 'data:write')
  const {
    name,
    connection,
    address: given,
    secrets,
    reading,
    append,
    cron,
    target,
    time,
    columns,
    files,
  } = addSourceInput.parse(input)
  const { scope } = caller
  if ((connection === undefined) === (given === undefined))
    throw new AppError('invalid', 'Give either a connection or an address.')
  const stored = connection === undefined ? undefined : await findConnection(kernel.db, scope, { name: connection })
  if (connection !== undefined && !stored)
    throw new AppError('not_found', `There is no connection ${connection} in this project.`)
  if (stored && Object.keys(secrets).length > 0)
    throw new AppError('invalid', 'A connection has its own secrets.', {
      hint: 'Omit the secrets, or create another connection.',
    })
  const address = given ?? stored!.address
  if (address.kind !== reading.kind)
    throw new AppError(
      'invalid',
      `The reading (${reading.kind}) does not match the kind of the connection (${address.kind}).`,
    )
  // A stored connection was checked when it was created.
  if (given) requirePossible(given, secrets)
  if (address.kind === 'url' && reading.kind === 'url') readingUrl(address, reading.path)
  await requireReachable(kernel, scope, caller.actor, address)
  return change(kernel, caller.actor, async c => {
    const before = await findSource(c.tx, scope, { dataset: name }, true)
    if (before && (await findMovingIngestion(c.tx, scope, name)))
      throw new AppError('conflict', `${name} is being read.`, {
        hint: 'Change its source after the read has ended.',
      })
    const id = before?.id ?? newId()
    const values = {
      kind: reading.kind,
      connectionId: stored?.id ?? null,
      address: given ?? null,
      ...sealSecrets(kernel, id, secrets),
      reading,
      append,
      options: { target, time, ...(columns ? { columns } : {}), ...(files ? { reading: files } : {}) },
    }
    const source = before
      ? await updateSourceRow(c.tx, scope, id, values)
      : await insertSource(c.tx, scope, { ...values, id, datasetName: name, createdBy: actorKey(caller.actor) })
    if (cron !== undefined) await scheduleRefresh(c, scope, source, cron, nowDate(kernel.clock))
    await c.record({
      projectId: scope.projectId,
      subject: { kind: 'source', id },
      audit: {
        action: before ? 'data.change-source' : 'data.add-source',
        details: {
          dataset: name,
          address: describeAddress(address, reading),
          connection,
          append,
          cron,
          secrets: source.secretNames,
        },
      },
    })
    return startRefresh(c, scope, source, source.options)
  })
}
