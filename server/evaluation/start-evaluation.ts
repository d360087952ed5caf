import { defaultMetric, getMetric, listMetrics, readBundle, unpackBundle } from '#ml/index.ts'
import { authorize, type Caller } from '#server/access/caller.ts'
import { versionOf } from '#server/data/service.ts'
import { AppError } from '#server/kernel/errors.ts'
import { actorKey } from '#server/kernel/scope.ts'
import { change } from '#server/platform/change.ts'
import type { Kernel } from '#server/platform/kernel.ts'
import { describeRun } from '#server/training/service.ts'
import type { EvaluationStarted } from './contract.ts'
import { evaluationStarted } from './events.ts'
import { evaluateRunJob } from './jobs.ts'
import { checkColumns } from './rules/check-columns.ts'
import { findSame, insertEvaluation, updateEvaluation } from './store.ts'

function requireModel(run: Awaited<ReturnType<typeof describeRun>>): string {
  if (run.status !== 'succeeded' || !run.digest)
    throw new AppError(
      'conflict',
      run.status === 'succeeded'
        ? `Run ${run.name} has no model to measure.`
        : `Run ${run.name} is ${run.status}; only a succeeded run can be evaluated.`,
      { hint: 'Wait for it to end, or choose another run.' },
    )
  return run.digest
}

function requireFit(problems: ReturnType<typeof checkColumns>, what: string): void {
  if (problems.length > 0)
    throw new AppError(
      'invalid',
      `${what}: ${problems.length === 1 ? 'a column does' : `${problems.length} columns do`} not fit.`,
      {
        hint: 'Choose a version that has the columns the model was trained with, and its target.',
        details: problems.slice(0, 50).map(p => ({ ...p })),
      },
    )
}

/**
 * Evaluates the model of a succeeded run on a dataset version. Returns an existing evaluation of the same model on the same rows. Throws
 * `not_found`, `conflict` (no model), `invalid` naming the columns that do not match.
 */
export async function startEvaluation(
  kernel: Kernel,
  caller: Caller,
  input: { run: string; data: string },
): Promise<EvaluationStarted> {
  await authorize(kernel, caller, 'evaluation:write')
  const { scope } = caller
  const run = await describeRun(kernel, scope, input.run)
  const digest = requireModel(run)
  const version = await versionOf(kernel, scope, input.data)
  const { manifest } = readBundle(unpackBundle(await kernel.blobs.readAll(digest)).files)
  const { target, task, signature } = manifest
  const at = `${version.datasetName} v${version.number}`
  requireFit(checkColumns(signature, target.name, task, version.schema), `${run.name} cannot be measured on ${at}`)
  const known = listMetrics(task).find(m => m.id === run.metric)
  const metric = known ?? getMetric(defaultMetric(task))
  return change(kernel, caller.actor, async c => {
    const same = await findSame(c.tx, scope, run.id, digest, version.id)
    if (same) return { id: same.id, jobId: same.jobId, created: false }
    const id = await insertEvaluation(c.tx, scope, {
      runId: run.id,
      modelDigest: digest,
      datasetVersionId: version.id,
      createdBy: actorKey(caller.actor),
      subject: {
        v: 1,
        runName: run.name,
        experiment: run.experiment,
        dataset: version.datasetName,
        version: version.number,
        target: target.name,
        task,
        metric: metric.id,
        direction: metric.direction,
        seenInTraining: run.dataset === version.datasetName && run.version === version.number,
        validationIntervals: run.intervals,
        validationRows: run.rowsValidation,
      },
    })
    const job = await c.enqueue(evaluateRunJob, {
      projectId: scope.projectId,
      title: `Evaluate ${run.name} on ${at}`,
      subject: { kind: 'evaluation', id },
      payload: { v: 1, evaluationId: id },
    })
    await updateEvaluation(c.tx, scope.projectId, id, { jobId: job.id })
    const subject = { kind: 'evaluation', id } as const
    await c.record({
      projectId: scope.projectId,
      event: evaluationStarted,
      subject,
      payload: { run: run.id, runName: run.name, dataset: version.datasetName, version: version.number },
      audit: { action: 'evaluation.start-evaluation' },
      links: [
        { from: subject, relation: 'measures', to: { kind: 'run', id: run.id } },
        { from: subject, relation: 'measured-on', to: { kind: 'dataset-version', id: version.id } },
      ],
    })
    return { id, jobId: job.id, created: true }
  })
}
