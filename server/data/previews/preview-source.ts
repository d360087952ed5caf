import type { Handle } from '#db/client.ts'
import { authorize, type Caller } from '#server/access/caller.ts'
import { requireOwnBlob } from '#server/adapters/blobs.ts'
import { nowDate } from '#server/kernel/clock.ts'
import { AppError } from '#server/kernel/errors.ts'
import { actorKey, type ProjectScope } from '#server/kernel/scope.ts'
import { type Change, change } from '#server/platform/change.ts'
import type { Kernel } from '#server/platform/kernel.ts'
import { findJob } from '#server/platform/read-jobs.ts'
import { mergeDecisions } from '#tables/infer/check-contract.ts'
import { offerOf } from '#tables/read/contract.ts'
import { readingOf } from '../complete-ingestion.ts'
import type {
  ColumnDecision,
  PreviewSourceInput,
  SourcePreview,
  StoredPreviewResult,
  VersionColumn,
} from '../contract.ts'
import { showPreviewResult } from '../messages.ts'
import { compareWithNewest } from '../rules/compare-with-newest.ts'
import { contractOf, findDataset, findVersion, findVersionBySource } from '../store.ts'
import type { PreviewComparison } from './contract.ts'
import { previewSourceJob } from './jobs.ts'
import { describeChange } from './messages.ts'
import { findPreview, insertPreview, type PreviewRow, updatePreview } from './store.ts'

/** Starts a preview of uploaded bytes before they are added. Registers nothing. */
export async function previewSource(
  kernel: Kernel,
  caller: Caller,
  input: PreviewSourceInput,
): Promise<{ id: string }> {
  await authorize(kernel, caller, 'data:write')
  await requireOwnBlob(kernel.db, caller.scope, input.digest)
  const { projectId } = caller.scope
  return change(kernel, caller.actor, async c => {
    const preview = await insertPreview(c.tx, caller.scope, {
      fileName: input.fileName,
      digest: input.digest,
      createdBy: actorKey(caller.actor),
    })
    const job = await c.enqueue(previewSourceJob, {
      projectId,
      title: `Preview ${input.fileName}`,
      subject: { kind: 'source-preview', id: preview.id },
      payload: {
        v: 1,
        previewId: preview.id,
        ...(input.name ? { dataset: input.name } : {}),
        reading: input.reading,
        columns: input.columns,
      },
    })
    await updatePreview(c.tx, projectId, preview.id, { jobId: job.id })
    return { id: preview.id }
  })
}

/** Compares a preview with the newest version of a dataset; null if there is no such dataset. */
async function compareTo(
  kernel: Kernel,
  scope: ProjectScope,
  name: string,
  digest: string,
  { rows, schema, notes }: StoredPreviewResult,
): Promise<PreviewComparison | null> {
  const dataset = await findDataset(kernel.db, scope, name)
  const newest = dataset && (await findVersion(kernel.db, scope, dataset.id))
  if (!newest) return null
  const same = await findVersionBySource(kernel.db, scope, dataset.id, digest)
  const withRole = (role: 'target' | 'time') => newest.schema.find(c => c.role === role)?.name ?? null
  return {
    dataset: name,
    version: newest.number,
    rows: newest.rows,
    comparedRows: rows,
    complete: !notes.some(note => note.code === 'inferred-from-sample'),
    target: withRole('target'),
    time: withRole('time'),
    // Bytes that were read with options may be read otherwise now.
    sameAs: same && Object.keys(readingOf(same) ?? {}).length === 0 ? same.number : null,
    changes: compareWithNewest(newest, { rows, schema }).map(describeChange),
  }
}

/** Returns a preview and its state; with a dataset's name also how it differs from the newest version. */
export async function showSourcePreview(
  kernel: Kernel,
  caller: Caller,
  { id, name }: { id: string; name?: string },
): Promise<SourcePreview> {
  await authorize(kernel, caller, 'data:read')
  const preview = await findPreview(kernel.db, caller.scope, id)
  if (!preview) throw new AppError('not_found', 'There is no such preview in this project.')
  const { state, reason, hint, fileName } = preview
  const job = preview.jobId && state === 'failed' ? await findJob(kernel.db, caller.scope, preview.jobId) : undefined
  const result = preview.result as StoredPreviewResult | null
  const comparison =
    result && name !== undefined ? await compareTo(kernel, caller.scope, name, preview.digest, result) : null
  const shown = result && showPreviewResult(result)
  return { id, state, reason, hint, offer: offerOf(job?.reasonCode), fileName, result: shown, comparison }
}

/** Loads what a worker needs: the bytes, and the decisions and formats of the dataset that may get the next version. */
export async function startPreview(
  kernel: Kernel,
  scope: ProjectScope,
  id: string,
  datasetName?: string,
  decided: ColumnDecision[] = [],
): Promise<{ preview: PreviewRow; decisions: ColumnDecision[]; earlier: VersionColumn[] }> {
  const preview = await findPreview(kernel.db, scope, id)
  if (!preview) throw new AppError('not_found', 'This preview was deleted.')
  await updatePreview(kernel.db, scope.projectId, id, { state: 'running' })
  const dataset = datasetName === undefined ? undefined : await findDataset(kernel.db, scope, datasetName)
  const newest = dataset && (await findVersion(kernel.db, scope, dataset.id))
  return { preview, decisions: mergeDecisions(contractOf(dataset), decided), earlier: newest?.schema ?? [] }
}

export async function completePreview(
  c: Change,
  scope: ProjectScope,
  id: string,
  result: StoredPreviewResult,
): Promise<void> {
  await updatePreview(c.tx, scope.projectId, id, { state: 'succeeded', result, endedAt: nowDate() })
}

/** Fails a preview in the transaction that settles its job. */
export const failPreview = (
  tx: Handle,
  projectId: string,
  id: string,
  state: 'queued' | 'failed' | 'cancelled',
  reason: string,
): Promise<void> =>
  updatePreview(tx, projectId, id, state === 'queued' ? { state } : { state: 'failed', reason, endedAt: nowDate() })
