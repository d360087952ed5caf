import { authorize, type Caller } from '#server/access/caller.ts'
import { AppError } from '#server/kernel/errors.ts'
import { change } from '#server/platform/change.ts'
import type { Kernel } from '#server/platform/kernel.ts'
import { type DatasetVersion, versionOf } from '../read-datasets.ts'
import { readTable, scanColumnsTask } from '../tables/read-table.ts'
import type { LeakSplit, LeaksAnswer, LeaksInput, ShownLeak, StoredLeak } from './contract.ts'
import { describeLeak, leaksVerdict } from './messages.ts'
import { queueForTarget, SEED, splitOf } from './queue-for-target.ts'
import { findLeaksRow } from './store.ts'

/** Returns the version, target and split of a request. Throws `invalid` for an unknown column. */
async function resolveRequest(kernel: Kernel, caller: Caller, input: LeaksInput) {
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

/** Returns the findings, or the state of the check. */
export async function showLeaks(kernel: Kernel, caller: Caller, input: LeaksInput): Promise<LeaksAnswer> {
  await authorize(kernel, caller, 'data:read')
  const { version, target, split } = await resolveRequest(kernel, caller, input)
  const row =
    target === null ? undefined : await findLeaksRow(kernel.db, caller.scope, { versionId: version.id, target, split })
  const answer = {
    dataset: version.datasetName,
    version: version.number,
    target,
    split,
    state: (row?.state ?? 'absent') as LeaksAnswer['state'],
    reason: row?.reason ?? null,
    findings: (row?.findings?.items ?? []).map(finding => showLeak(version, finding)),
    evidence: row?.findings?.evidence ?? null,
  }
  return { ...answer, ...leaksVerdict(answer) }
}

const showLeak = (version: DatasetVersion, finding: StoredLeak): ShownLeak => {
  const { columns, code, facts, severity, strength } = finding
  const column = columns.length > 0 ? columns.join(' + ') : null
  return {
    ...{ columns, column, kind: code, facts, severity, strength, ignored: isIgnored(version, columns) },
    ...describeLeak(finding),
  }
}

/** A sum without one of its parts no longer leaks the target. */
const isIgnored = (version: DatasetVersion, columns: readonly string[]) =>
  columns.some(name => version.schema.some(c => c.name === name && c.role === 'ignore'))

/** Starts a leak check, also if one exists. Poll `showLeaks` until its state is `succeeded` or `failed`. */
export async function searchLeaks(kernel: Kernel, caller: Caller, input: LeaksInput): Promise<LeaksAnswer> {
  await authorize(kernel, caller, 'data:read')
  const { version, target, split } = await resolveRequest(kernel, caller, input)
  if (target === null)
    throw new AppError('invalid', `No column of ${version.datasetName} v${version.number} is the target.`, {
      hint: 'Choose one in the tab Schema, or pass --target COL.',
    })
  const row = await findLeaksRow(kernel.db, caller.scope, { versionId: version.id, target, split })
  if (row?.state !== 'queued' && row?.state !== 'running')
    await change(kernel, caller.actor, c => queueForTarget(c, caller.scope, version, { target, split }))
  return showLeaks(kernel, caller, input)
}

/**
 * Returns the findings about single columns for the form of a new experiment: the stored ones, else those of a check of single columns,
 * which takes about a second.
 */
export async function columnLeaks(
  kernel: Kernel,
  caller: Caller,
  version: DatasetVersion,
  target: string,
  split?: LeakSplit,
): Promise<ShownLeak[]> {
  const key = { versionId: version.id, target, split: split ?? splitOf(version.schema) }
  const row = await findLeaksRow(kernel.db, caller.scope, key)
  if (row?.state === 'succeeded' && row.findings) return row.findings.items.map(finding => showLeak(version, finding))
  const path = await kernel.blobs.pathOf(version.digest)
  const { schema, rows } = version
  const found = await readTable(
    scanColumnsTask,
    caller.scope,
    {
      scan: { path, schema, target, rows, split: key.split, depth: 'columns', seed: SEED },
      limits: { memoryMb: 512, threads: 1 },
    },
    { what: 'The check for leaks', hint: 'Run the whole check on the tab Leaks of the dataset.' },
  )
  return found.findings.map(finding => showLeak(version, finding))
}
