import { isDeepStrictEqual } from 'node:util'
import { authorize, type Caller } from '#server/access/caller.ts'
import { requireOwnBlob } from '#server/adapters/blobs.ts'
import { actorKey } from '#server/kernel/scope.ts'
import { change } from '#server/platform/change.ts'
import type { Kernel } from '#server/platform/kernel.ts'
import { mergeDecisions } from '#tables/infer/check-contract.ts'
import type { ReadingOptions } from '#tables/read/contract.ts'
import { digestFor, readingOf } from './complete-ingestion.ts'
import type { AddDatasetInput } from './contract.ts'
import { ingestionStarted } from './events.ts'
import { ingestFileJob } from './jobs.ts'
import { recordDecisions } from './review-schema.ts'
import { chooseRoles } from './rules/choose-roles.ts'
import { needsReading } from './rules/needs-reading.ts'
import { findDataset, findVersionBySource, type IngestionRow, insertIngestion, updateIngestion } from './store.ts'

/** Whether options of reading are given and differ from those that made a version. */
const isOtherReading = (before: ReadingOptions | undefined, given: ReadingOptions | undefined): boolean =>
  given !== undefined && !isDeepStrictEqual({ ...given }, { ...before })

/**
 * Adds uploaded bytes as a dataset, or as the next version of the dataset with this name. Bytes of an existing version create no new one:
 * the ingestion ends at once and names that version, whose target and time are set as requested.
 */
export async function addDataset(kernel: Kernel, caller: Caller, input: AddDatasetInput): Promise<IngestionRow> {
  await authorize(kernel, caller, 'data:write')
  await requireOwnBlob(kernel.db, caller.scope, input.digest)
  return change(kernel, caller.actor, async c => {
    const { scope } = caller
    const append = input.append ?? false
    const options = { target: input.target, time: input.time, columns: input.columns, reading: input.reading }
    const dataset = await findDataset(c.tx, scope, input.name)
    const known = dataset && (await findVersionBySource(c.tx, scope, dataset.id, digestFor(input.digest, append)))
    const reread =
      known !== undefined &&
      (isOtherReading(readingOf(known), input.reading) || needsReading(known.schema, input.columns ?? []))
    const values = {
      datasetName: input.name,
      fileName: input.fileName,
      sourceDigest: input.digest,
      append,
      options: reread ? { ...options, reread } : options,
      createdBy: actorKey(caller.actor),
    }
    if (known && !reread) {
      const schema = chooseRoles(known.schema, options)
      const roles = schema.filter((column, i) => column !== known.schema[i]).map(({ name, role }) => ({ name, role }))
      const decisions = mergeDecisions(roles, input.columns ?? [])
      if (decisions.length > 0) await recordDecisions(c, scope, { ...known, datasetName: input.name }, decisions)
      return insertIngestion(c.tx, scope, {
        ...values,
        state: 'succeeded',
        created: false,
        versionId: known.id,
        endedAt: new Date(kernel.clock.now()),
      })
    }
    const ingestion = await insertIngestion(c.tx, scope, { ...values, state: 'queued' })
    const job = await c.enqueue(ingestFileJob, {
      projectId: scope.projectId,
      title: `Read ${input.fileName} as ${input.name}`,
      subject: { kind: 'ingestion', id: ingestion.id },
      payload: { v: 1, ingestionId: ingestion.id },
    })
    await updateIngestion(c.tx, scope.projectId, ingestion.id, { jobId: job.id })
    await c.record({
      projectId: scope.projectId,
      event: ingestionStarted,
      subject: { kind: 'ingestion', id: ingestion.id },
      payload: { dataset: input.name },
      audit: {
        action: 'data.add-dataset',
        details: { fileName: input.fileName, digest: input.digest },
        subject: { kind: 'dataset', id: input.name },
      },
    })
    return { ...ingestion, jobId: job.id }
  })
}
