import { authorize, type Caller } from '#server/access/caller.ts'
import { nameActorKeys } from '#server/access/service.ts'
import type { Kernel } from '#server/platform/kernel.ts'
import type { StoredBreak } from '../contract.ts'
import { describeBreak } from '../messages.ts'
import { versionOf } from '../read-datasets.ts'
import { describeSource, type VersionDetail } from './contract.ts'
import { listVersionsWithParents } from './store.ts'

/** Lists every version of a dataset, newest first, with source, author and note. */
export async function listVersionDetails(kernel: Kernel, caller: Caller, dataset: string): Promise<VersionDetail[]> {
  await authorize(kernel, caller, 'data:read')
  const { datasetId } = await versionOf(kernel, caller.scope, dataset)
  const rows = await listVersionsWithParents(kernel.db, caller.scope, datasetId)
  const name = await nameActorKeys(
    kernel.db,
    caller.scope,
    rows.map(r => r.createdBy),
  )
  return rows.map(r => ({
    id: r.id,
    version: r.number,
    rows: r.rows,
    columns: r.columnCount,
    bytes: r.bytes,
    digest: r.digest,
    source: describeSource(r.source),
    parent: r.parentDataset && r.parentNumber ? { dataset: r.parentDataset, version: r.parentNumber } : null,
    note: r.note,
    tags: r.tags,
    breaks: (r.breaks as StoredBreak[]).map(describeBreak),
    deleted: r.deletedAt !== null,
    createdAt: r.createdAt.toISOString(),
    createdBy: name(r.createdBy),
  }))
}
