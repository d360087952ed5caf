import { authorize, type Caller } from '#server/access/caller.ts'
import { AppError } from '#server/kernel/errors.ts'
import { actorKey } from '#server/kernel/scope.ts'
import { change } from '#server/platform/change.ts'
import type { Kernel } from '#server/platform/kernel.ts'
import { defaultKey } from '#tables/diff/compare-schemas.ts'
import { type DatasetVersion, versionOf } from '../read-datasets.ts'
import type { DiffAnswer, DiffInput } from './contract.ts'
import { diffVersionsJob } from './jobs.ts'
import { describeDiffNote } from './messages.ts'
import { findDiff, queueDiff, updateDiff } from './store.ts'

const label = (v: DatasetVersion) => `${v.datasetName} v${v.number}`

/** Returns the versions and the key of a request. Throws `invalid` for a key that is not in both. */
async function resolveRequest(kernel: Kernel, caller: Caller, input: DiffInput) {
  const before = await versionOf(kernel, caller.scope, input.before)
  const after = await versionOf(kernel, caller.scope, input.after)
  const common = after.schema.map(c => c.name).filter(name => before.schema.some(c => c.name === name))
  for (const name of input.key ?? [])
    if (!common.includes(name)) {
      const lacking = [before, after].find(v => !v.schema.some(c => c.name === name))!
      throw new AppError('invalid', `Rows cannot be matched by “${name}”: ${label(lacking)} has no such column.`, {
        hint:
          common.length === 0
            ? 'The versions have no column in common.'
            : `Both have ${common.slice(0, 30).join(', ')}${common.length > 30 ? ' …' : ''}.`,
      })
    }
  const wished = input.key && common.filter(name => input.key!.includes(name))
  const key = wished ?? defaultKey(before.schema, after.schema)
  return { before, after, common, key, pair: { beforeId: before.id, afterId: after.id, key: JSON.stringify(key) } }
}

/** Returns the comparison of two versions, or its state. */
export async function showDiff(kernel: Kernel, caller: Caller, input: DiffInput): Promise<DiffAnswer> {
  await authorize(kernel, caller, 'data:read')
  const { before, after, common, key, pair } = await resolveRequest(kernel, caller, input)
  const row = await findDiff(kernel.db, caller.scope, pair)
  const side = (v: DatasetVersion) => ({ dataset: v.datasetName, version: v.number, rows: v.rows })
  return {
    before: side(before),
    after: side(after),
    key,
    state: (row?.state ?? 'absent') as DiffAnswer['state'],
    reason: row?.reason ?? null,
    hint: row?.hint ?? null,
    common,
    result: row?.result ? { ...row.result, notes: row.result.notes.map(describeDiffNote) } : null,
  }
}

/** Compares two versions, once: versions never change. Poll `showDiff` until its state is `succeeded` or `failed`. */
export async function compareTwo(kernel: Kernel, caller: Caller, input: DiffInput): Promise<DiffAnswer> {
  await authorize(kernel, caller, 'data:read')
  const { before, after, pair } = await resolveRequest(kernel, caller, input)
  const row = await findDiff(kernel.db, caller.scope, pair)
  if (!row || row.state === 'failed')
    await change(kernel, caller.actor, async c => {
      const queued = await queueDiff(c.tx, caller.scope, pair, actorKey(caller.actor))
      if (!queued) return
      const job = await c.enqueue(diffVersionsJob, {
        projectId: caller.scope.projectId,
        title: `Compare ${label(before)} with ${label(after)}`,
        subject: { kind: 'data-diff', id: queued.id },
        payload: { v: 1, diffId: queued.id },
      })
      await updateDiff(c.tx, caller.scope.projectId, queued.id, { jobId: job.id })
    })
  return showDiff(kernel, caller, input)
}
