import type { ProjectScope } from '#server/kernel/scope.ts'
import type { Change } from '#server/platform/change.ts'
import type { VersionColumn } from '../contract.ts'
import { findVersionById } from '../store.ts'
import type { LeakSplit } from './contract.ts'
import { findLeaksJob } from './jobs.ts'
import { queueLeaks, updateLeaks } from './store.ts'

/** Fixed, so that a repeated search has the same result. */
export const SEED = 20_240_607

/** Returns the split that training uses by default. */
export const splitOf = (schema: readonly VersionColumn[]): LeakSplit =>
  schema.some(c => c.role === 'time') ? 'time' : schema.some(c => c.role === 'group') ? 'group' : 'random'

interface SearchedVersion {
  id: string
  datasetName: string
  number: number
  schema: VersionColumn[]
}

/** Queues a search in the transaction that set the target or changed roles or types. Does nothing without a target. */
export async function queueForTarget(
  c: Change,
  scope: ProjectScope,
  version: SearchedVersion,
  asked: { target?: string; split?: LeakSplit } = {},
): Promise<void> {
  const target = asked.target ?? version.schema.find(column => column.role === 'target')?.name
  if (target === undefined) return
  const key = { versionId: version.id, target, split: asked.split ?? splitOf(version.schema) }
  const row = await queueLeaks(c.tx, scope, key)
  const job = await c.enqueue(findLeaksJob, {
    projectId: scope.projectId,
    title: `Leaks of ${target} in ${version.datasetName} v${version.number}`,
    subject: { kind: 'data-leaks', id: row.id },
    payload: { v: 1, leaksId: row.id },
  })
  await updateLeaks(c.tx, scope.projectId, row.id, { jobId: job.id })
}

/** Queues a search after a version was profiled, so that leaks of the target are known without a request. */
export async function queueForVersion(c: Change, scope: ProjectScope, versionId: string): Promise<void> {
  const version = await findVersionById(c.tx, scope, versionId)
  if (version) await queueForTarget(c, scope, version)
}

/** Queues a search after decisions about columns; ignoring a feature does not change the findings of others. */
export async function queueForDecisions(
  c: Change,
  scope: ProjectScope,
  version: SearchedVersion,
  after: VersionColumn[],
): Promise<void> {
  const plain = (role: string) => (role === 'ignore' ? 'feature' : role)
  const differs = after.some((column, i) => {
    const before = version.schema[i]!
    return column.type !== before.type || plain(column.role) !== plain(before.role)
  })
  if (differs) await queueForTarget(c, scope, { ...version, schema: after })
}
