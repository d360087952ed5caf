import { authorise, type Caller } from '#server/access/caller.ts'
import { AppError } from '#server/kernel/errors.ts'
import { change } from '#server/platform/change.ts'
import type { Kernel } from '#server/platform/kernel.ts'
import { withDuckDb } from '#tables/duckdb.ts'
import { scanLeaks } from '#tables/leaks/scan-leaks.ts'
import { type DatasetVersion, versionOf } from '../read-datasets.ts'
import type { LeakFinding, LeakSplit, LeaksAnswer, LeaksInput } from './contract.ts'
import { queueForTarget, SEED, splitOf } from './queue-for-target.ts'
import { findLeaksRow } from './store.ts'

/** Which target and split a question means. Throws `invalid` for a column that is not there. */
async function askedFor(kernel: Kernel, caller: Caller, input: LeaksInput) {
  const version = await versionOf(kernel, caller.scope, input.dataset)
  const target = input.target ?? version.schema.find(c => c.role === 'target')?.name ?? null
  if (target !== null && !version.schema.some(c => c.name === target))
    throw new AppError('invalid', `${version.datasetName} v${version.number} has no column “${target}”.`, {
      hint: `The columns are ${version.schema
        .slice(0, 30)
        .map(c => c.name)
        .join(', ')}${version.schema.length > 30 ? ' …' : ''}.`,
    })
  return { version, target, split: input.split ?? splitOf(version.schema) }
}

/** What has been found, or how far the search is. */
export async function showLeaks(kernel: Kernel, caller: Caller, input: LeaksInput): Promise<LeaksAnswer> {
  await authorise(kernel, caller, 'data:read')
  const { version, target, split } = await askedFor(kernel, caller, input)
  const row =
    target === null ? undefined : await findLeaksRow(kernel.db, caller.scope, { versionId: version.id, target, split })
  return {
    dataset: version.datasetName,
    version: version.number,
    target,
    split,
    state: (row?.state ?? 'absent') as LeaksAnswer['state'],
    reason: row?.reason ?? null,
    findings: (row?.findings?.items ?? []).map(f => ({
      ...f,
      column: f.columns.length > 0 ? f.columns.join(' + ') : null,
      ignored: isIgnored(version, f),
    })),
  }
}

/** A sum that lacks one of its parts no longer gives the target away. */
const isIgnored = (version: DatasetVersion, finding: LeakFinding) =>
  finding.columns.some(name => version.schema.some(c => c.name === name && c.role === 'ignore'))

/** Looks for leaks, also where they have been looked for before. Poll `showLeaks` until its state is `succeeded` or `failed`. */
export async function searchLeaks(kernel: Kernel, caller: Caller, input: LeaksInput): Promise<LeaksAnswer> {
  await authorise(kernel, caller, 'data:read')
  const { version, target, split } = await askedFor(kernel, caller, input)
  if (target === null)
    throw new AppError('invalid', `No column of ${version.datasetName} v${version.number} is the target.`, {
      hint: 'Choose one in the tab Schema, or say --target COL.',
    })
  const row = await findLeaksRow(kernel.db, caller.scope, { versionId: version.id, target, split })
  if (row?.state !== 'queued' && row?.state !== 'running')
    await change(kernel, caller.actor, c => queueForTarget(c, caller.scope, version, { target, split }))
  return showLeaks(kernel, caller, input)
}

/**
 * What speaks against single columns, for the form of a new experiment: the findings that are there, else those of a look at the columns
 * alone, which takes about a second.
 */
export async function columnLeaks(
  kernel: Kernel,
  caller: Caller,
  version: DatasetVersion,
  target: string,
  split?: LeakSplit,
): Promise<LeakFinding[]> {
  const key = { versionId: version.id, target, split: split ?? splitOf(version.schema) }
  const row = await findLeaksRow(kernel.db, caller.scope, key)
  if (row?.state === 'succeeded' && row.findings) return row.findings.items
  const path = await kernel.blobs.pathOf(version.digest)
  return withDuckDb({ files: [path], limits: { memoryMb: 512, threads: 1 } }, db =>
    scanLeaks(db, {
      path,
      schema: version.schema,
      target,
      rows: version.rows,
      split: key.split,
      depth: 'columns',
      seed: SEED,
    }),
  )
}
