import { authorize, type Caller } from '#server/access/caller.ts'
import { AppError } from '#server/kernel/errors.ts'
import { actorKey, type ProjectScope } from '#server/kernel/scope.ts'
import { change } from '#server/platform/change.ts'
import type { Kernel } from '#server/platform/kernel.ts'
import { blockingOf } from '#tables/expectations/judge-version.ts'
import { expectationsOverridden } from '../events.ts'
import { type DatasetVersion, versionOf } from '../read-datasets.ts'
import { type OverrideInput, overrideInput } from './contract.ts'
import { findNewestValidation, findOverride, findSuite, insertOverride } from './store.ts'

/** A reason to use a version that fails its expectations. */
export interface Override {
  reason: string
  by: string
  at: string
}

/**
 * Throws unless a version may be used: it must pass its blocking expectations or have an override, and must have been checked if any
 * expectation blocks. Returns the override if it was needed.
 */
export async function requireUsableVersion(
  kernel: Kernel,
  scope: ProjectScope,
  version: DatasetVersion,
): Promise<Override | undefined> {
  const suite = await findSuite(kernel.db, scope, version.datasetId)
  if (!suite?.body.expectations.some(e => e.enabled && e.severity === 'block')) return undefined
  const name = `${version.datasetName} v${version.number}`
  const at = `${version.datasetName}@${version.number}`
  const row = await findNewestValidation(kernel.db, scope, version.id, suite.id)
  if (row?.state === 'queued' || row?.state === 'running')
    throw new AppError('conflict', `${name} is still being checked against its expectations.`, {
      hint: 'Try again in a moment.',
      retryAfterSeconds: 2,
    })
  const check = `Check it on its Quality tab, or with: fleximl data validate ${at}`
  if (!row) throw new AppError('conflict', `${name} has not been checked against its expectations.`, { hint: check })
  if (row.state !== 'succeeded' || !row.body)
    throw new AppError('conflict', `${name} could not be checked against its expectations: ${row.reason ?? ''}`, {
      hint: check,
    })
  const failing = blockingOf(row.body.results)
  if (failing.length === 0) return undefined
  const override = await findOverride(kernel.db, scope, version.id)
  if (override && blockingOf(row.body.results, override.expectations).length === 0)
    return { reason: override.reason, by: override.createdBy, at: override.createdAt.toISOString() }
  const more = failing.length > 3 ? ` And ${failing.length - 3} more.` : ''
  throw new AppError(
    'conflict',
    `${name} fails its expectations: ${failing
      .slice(0, 3)
      .map(r => r.sentence)
      .join(' ')}${more}`,
    {
      hint: 'Repair the data and add it as the next version, change the expectation, or have an approver override the failure with a reason (Quality tab).',
      details: failing.map(r => ({ column: r.column ?? 'table', expected: r.limit, expectation: r.expectation })),
    },
  )
}

/** Overrides the failed expectations of a version, for a reason that is stored with it and with every run on it. */
export async function overrideVersion(kernel: Kernel, caller: Caller, input: OverrideInput): Promise<Override> {
  await authorize(kernel, caller, 'data:override')
  const { dataset, reason } = overrideInput.parse(input)
  const { scope } = caller
  const version = await versionOf(kernel, scope, dataset)
  const suite = await findSuite(kernel.db, scope, version.datasetId)
  const row = suite && (await findNewestValidation(kernel.db, scope, version.id, suite.id))
  const failing = row?.state === 'succeeded' ? blockingOf(row.body?.results ?? []) : []
  if (!row || failing.length === 0)
    throw new AppError('conflict', `${version.datasetName} v${version.number} has no failed blocking expectation.`, {
      hint: 'There is nothing to override. If its expectations have changed, validate it first.',
    })
  return change(kernel, caller.actor, async c => {
    const made = await insertOverride(c.tx, scope, {
      validationId: row.id,
      versionId: version.id,
      expectations: failing.map(r => r.expectation),
      reason,
      createdBy: actorKey(c.actor),
    })
    await c.record({
      projectId: scope.projectId,
      event: expectationsOverridden,
      subject: { kind: 'dataset', id: version.datasetId },
      payload: {
        dataset: version.datasetName,
        version: version.number,
        reason,
        expectations: failing.map(r => r.sentence),
      },
      audit: { action: 'data.override-expectations' },
    })
    return { reason, by: made.createdBy, at: made.createdAt.toISOString() }
  })
}
