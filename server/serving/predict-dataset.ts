import { authorize, type Caller } from '#server/access/caller.ts'
import { versionOf as dataVersionOf, openPredictions, setPredictionsJob } from '#server/data/service.ts'
import { AppError } from '#server/kernel/errors.ts'
import { change } from '#server/platform/change.ts'
import type { Kernel } from '#server/platform/kernel.ts'
import { versionOf } from '#server/registry/service.ts'
import type { BatchInput, BatchStarted } from './contract.ts'
import { describeEndpoint } from './describe-endpoints.ts'
import { predictDatasetJob } from './jobs.ts'

/**
 * Starts to predict every row of a dataset version with the champion of an endpoint; the rows with their predictions become the next version
 * of the dataset `to`. Throws `not_found`, `conflict` (the model has no bundle), `invalid` (the dataset would be its own source).
 */
export async function predictDataset(kernel: Kernel, caller: Caller, input: BatchInput): Promise<BatchStarted> {
  await authorize(kernel, caller, 'serving:predict')
  await authorize(kernel, caller, 'data:write')
  const { scope } = caller
  const { endpoint, model, version: modelVersion } = await describeEndpoint(kernel, scope, input.endpoint)
  const { version } = await versionOf(kernel.db, scope, `${model}@${modelVersion}`)
  const data = await dataVersionOf(kernel, scope, input.data)
  const servable = version.servable as { kind: string; digest?: string }
  if (servable.kind !== 'native' || !servable.digest)
    throw new AppError('conflict', `${model} v${modelVersion} cannot predict here.`)
  const modelDigest = servable.digest
  if (data.datasetName === input.to)
    throw new AppError('invalid', 'Predictions cannot become a version of the dataset that they are made from.', {
      hint: 'Choose another name.',
    })
  return change(kernel, caller.actor, async c => {
    const ingestion = await openPredictions(c, scope, {
      datasetName: input.to,
      origin: {
        endpoint,
        model,
        modelVersion,
        modelVersionId: version.id,
        modelDigest,
        dataset: data.datasetName,
        version: data.number,
        versionId: data.id,
      },
    })
    const job = await c.enqueue(predictDatasetJob, {
      projectId: scope.projectId,
      title: `Predict ${data.datasetName} v${data.number} with ${endpoint}`,
      subject: { kind: 'ingestion', id: ingestion.id },
      payload: { v: 1, ingestionId: ingestion.id },
    })
    await setPredictionsJob(c.tx, scope, ingestion.id, job.id)
    return { job: job.id, ingestion: ingestion.id, dataset: input.to }
  })
}
