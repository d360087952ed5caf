import { authorize, type Caller } from '#server/access/caller.ts'
import { AppError } from '#server/kernel/errors.ts'
import { actorKey, type ProjectScope } from '#server/kernel/scope.ts'
import { type Change, change } from '#server/platform/change.ts'
import type { Kernel } from '#server/platform/kernel.ts'
import { ingestionStarted } from '../events.ts'
import { ingestFileJob } from '../jobs.ts'
import { findDataset, type IngestionRow, insertIngestion, updateIngestion } from '../store.ts'
import { fileNameOf } from './rules/describe-address.ts'
import { findConnection, findMovingIngestion, findSource, type SourceRow, updateSourceRow } from './store.ts'

/**
 * Starts to read a source, or returns the read in progress. `options` are new decisions; those of earlier reads are stored with the
 * dataset, unless the first read failed.
 */
export async function startRefresh(
  c: Change,
  scope: ProjectScope,
  source: SourceRow,
  options?: Record<string, unknown>,
): Promise<IngestionRow> {
  const moving = await findMovingIngestion(c.tx, scope, source.datasetName)
  if (moving && moving.source.sourceId === source.id) return moving
  const address = source.address ?? (await findConnection(c.tx, scope, { id: source.connectionId! }))!.address
  const fileName = fileNameOf(address, source.reading)
  const dataset = await findDataset(c.tx, scope, source.datasetName)
  const ingestion = await insertIngestion(c.tx, scope, {
    datasetName: source.datasetName,
    fileName,
    source: { v: 1, kind: source.kind, sourceId: source.id },
    append: source.append,
    options: options ?? (dataset ? {} : source.options),
    state: 'queued',
    createdBy: actorKey(c.actor),
  })
  const job = await c.enqueue(ingestFileJob, {
    projectId: scope.projectId,
    title: `Read ${fileName} as ${source.datasetName}`,
    subject: { kind: 'ingestion', id: ingestion.id },
    payload: { v: 1, ingestionId: ingestion.id },
  })
  await updateIngestion(c.tx, scope.projectId, ingestion.id, { jobId: job.id })
  await updateSourceRow(c.tx, scope, source.id, { lastIngestionId: ingestion.id })
  await c.record({
    projectId: scope.projectId,
    event: ingestionStarted,
    subject: { kind: 'ingestion', id: ingestion.id },
    payload: { dataset: source.datasetName },
  })
  return { ...ingestion, jobId: job.id }
}

/** Reads the source of a dataset again. Unchanged rows create no version. */
export async function refreshSource(kernel: Kernel, caller: Caller, input: { dataset: string }): Promise<IngestionRow> {
  await authorize(kernel, caller, 'data:write')
  return change(kernel, caller.actor, async c => {
    const source = await requireSource(c, caller.scope, input.dataset)
    await c.record({
      projectId: caller.scope.projectId,
      subject: { kind: 'source', id: source.id },
      audit: { action: 'data.refresh-source', details: { dataset: source.datasetName } },
    })
    return startRefresh(c, caller.scope, source)
  })
}

/** Starts a scheduled read; does nothing if the source was deleted. */
export async function startScheduledRefresh(
  c: Change,
  scope: ProjectScope,
  sourceId: string,
): Promise<IngestionRow | undefined> {
  const source = await findSource(c.tx, scope, { id: sourceId }, true)
  return source && startRefresh(c, scope, source)
}

export async function requireSource(c: Change, scope: ProjectScope, dataset: string): Promise<SourceRow> {
  const source = await findSource(c.tx, scope, { dataset }, true)
  if (!source)
    throw new AppError('not_found', `${dataset} has no source in this project.`, {
      hint: 'To add a version of a dataset from files, add a file. To add a source, use Add data.',
    })
  return source
}
