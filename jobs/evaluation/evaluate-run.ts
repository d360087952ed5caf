import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { type DatasetVersion, versionById } from '#server/data/service.ts'
import { completeEvaluation, evaluateRunJob, failEvaluation, loadEvaluation } from '#server/evaluation/service.ts'
import { AppError } from '#server/kernel/errors.ts'
import type { ProjectScope } from '#server/kernel/scope.ts'
import type { Kernel } from '#server/platform/kernel.ts'
import { runTask } from '#server/platform/tasks/run-task.ts'
import { findOrigin } from '#server/training/service.ts'
import { defineHandler } from '../handler.ts'
import { type MeasureInput, measureModelTask } from './tasks.ts'

/** Returns what the run was trained on, to find its rows again; undefined: not known, or its version was deleted. */
async function describeTraining(
  kernel: Kernel,
  scope: ProjectScope,
  runId: string,
  measured: DatasetVersion,
): Promise<MeasureInput['training']> {
  const origin = await findOrigin(kernel.db, scope, runId)
  if (!origin?.datasetVersionId) return undefined
  try {
    const version = await versionById(kernel, scope, origin.datasetVersionId)
    const [table, scores] = await Promise.all([
      kernel.blobs.pathOf(version.digest),
      origin.scores ? kernel.blobs.pathOf(origin.scores.digest) : undefined,
    ])
    const isSame = version.digest === measured.digest
    return { table, rows: version.rows, schema: version.schema, isSame, ...(scores ? { scores } : {}) }
  } catch (error) {
    if (error instanceof AppError) return undefined
    throw error
  }
}

/** Measures the model of a run on a dataset version, in a child process. */
export const evaluateRun = defineHandler({
  definition: evaluateRunJob,
  async run({ kernel, scope, payload, progress, line, finish, signal, child }) {
    const evaluation = await loadEvaluation(kernel, scope, payload.evaluationId)
    const version = await versionById(kernel, scope, evaluation.datasetVersionId)
    const [model, table] = await Promise.all([
      kernel.blobs.pathOf(evaluation.modelDigest),
      kernel.blobs.pathOf(version.digest),
    ])
    const label = `${version.datasetName} v${version.number}`
    const training = await describeTraining(kernel, scope, evaluation.runId, version)
    const folder = await kernel.blobs.temporaryFolder()
    try {
      const scoresOutput = join(folder, 'scores')
      const outcome = await runTask(
        measureModelTask,
        { model, table, label, rows: version.rows, schema: version.schema, training, scoresOutput },
        { signal, progress, line, memory: child },
      )
      const { metric } = evaluation.result
      const value = outcome.intervals[metric]?.value ?? 'is not defined on them'
      line('info', `${outcome.rows} rows measured; ${metric} ${value}.`)
      if (outcome.rowsSeen)
        line('warn', `The model was trained on ${outcome.rowsSeen} of these rows, or on equal ones.`)
      const scores = await kernel.blobs.putFile(scoresOutput)
      await finish(c => completeEvaluation(c, scope, evaluation, { ...outcome, scores }))
    } finally {
      await rm(folder, { recursive: true, force: true })
    }
  },
  settle: (tx, job, settlement) => failEvaluation(tx, job.projectId, job.subjectId, settlement),
})
