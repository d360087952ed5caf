import { versionById } from '#server/data/service.ts'
import { completeEvaluation, evaluateRunJob, failEvaluation, loadEvaluation } from '#server/evaluation/service.ts'
import { runTask } from '#server/platform/tasks/run-task.ts'
import { defineHandler } from '../handler.ts'
import { measureModelTask } from './tasks.ts'

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
    const outcome = await runTask(
      measureModelTask,
      { model, table, label, rows: version.rows, schema: version.schema },
      { signal, progress, line, memory: child },
    )
    const { metric } = evaluation.result
    const value = outcome.intervals[metric]?.value ?? 'is not defined on them'
    line('info', `${outcome.rows} rows measured; ${metric} ${value}.`)
    await finish(c => completeEvaluation(c, scope, evaluation, outcome))
  },
  settle: (tx, job, settlement) => failEvaluation(tx, job.projectId, job.subjectId, settlement),
})
