import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { beginPredictions, failIngestion, submitPredictions, versionById } from '#server/data/service.ts'
import { runTask } from '#server/platform/tasks/run-task.ts'
import { predictDatasetJob } from '#server/serving/service.ts'
import { defineHandler } from '../handler.ts'
import { predictTableTask } from './tasks.ts'

/** Predicts a dataset version in a child process; a job of its own makes the result a version. */
export const predictDataset = defineHandler({
  definition: predictDatasetJob,
  async run({ kernel, scope, payload, progress, line, finish, signal, child }) {
    const { ingestionId } = payload
    const origin = await beginPredictions(kernel.db, scope, ingestionId)
    const version = await versionById(kernel, scope, origin.versionId)
    const [model, table] = await Promise.all([
      kernel.blobs.pathOf(origin.modelDigest),
      kernel.blobs.pathOf(version.digest),
    ])
    const folder = await kernel.blobs.temporaryFolder()
    try {
      const target = join(folder, 'predictions.parquet')
      const result = await runTask(
        predictTableTask,
        { model, table, rows: version.rows, schema: version.schema, folder, target },
        { signal, progress, line, memory: child },
      )
      line('info', `${result.rows} rows predicted by ${origin.model} v${origin.modelVersion}.`)
      if (result.errors > 0) line('warn', `${result.errors} rows could not be understood and have no prediction.`)
      for (const { column, code, rows } of result.warningCounts) line('info', `${column}: ${code} in ${rows} rows.`)
      const blob = await kernel.blobs.putFile(target)
      await finish(c => submitPredictions(c, scope, ingestionId, { blob, result }))
    } finally {
      await rm(folder, { recursive: true, force: true })
    }
  },
  settle: (tx, job, settlement) => failIngestion(tx, job.projectId, job.subjectId, settlement.state, settlement.reason),
})
