import { rm } from 'node:fs/promises'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { canonicalJson, type Parameters, type ThresholdChoice } from '#ml/index.ts'
import { type DatasetVersion, recipeStepsById, versionById } from '#server/data/index.ts'
import { nowDate } from '#server/kernel/clock.ts'
import type { ThresholdWish } from '#server/training/contract.ts'
import type { TrainRunPayload } from '#server/training/jobs.ts'
import {
  COMMAND_TRAINER,
  chooseColumns,
  completeRun,
  type RunToTrain,
  readCommand,
  settleRun,
  startRun,
  toEngineSchema,
  trainRunJob,
} from '#server/training/service.ts'
import { frameQuery } from '#tables/read/read-frame.ts'
import { defineHandler, type JobContext } from '../handler.ts'
import { withTrainingChild } from './child-pool.ts'
import { createPointWriter } from './point-writer.ts'
import type { TrainTask } from './protocol.ts'
import { TrainingFailure } from './training-failure.ts'

const count = (n: number) => n.toLocaleString('en')

/** `cost[actual][predicted]`: what is right costs nothing. */
function toThresholdChoice(wish: ThresholdWish | undefined): ThresholdChoice | undefined {
  if (wish === undefined) return undefined
  if (typeof wish === 'string') return { by: wish }
  return {
    by: 'cost',
    cost: [
      [0, wish.falseAlarm],
      [wish.miss, 0],
    ],
  }
}

async function describeTask(
  { kernel, scope, payload }: JobContext<TrainRunPayload>,
  { run, experiment }: RunToTrain,
  version: DatasetVersion,
  output: string,
): Promise<TrainTask> {
  const path = await kernel.blobs.pathOf(version.digest)
  const { read } = chooseColumns(version.schema, experiment.target, payload.ignore)
  const schema = toEngineSchema(read)
  return {
    // A reviewed schema reads other columns, or reads them otherwise.
    frameKey: canonicalJson({ digest: version.digest, read: read.map(c => [c.name, c.type, c.role]) }),
    path,
    query: frameQuery(path, read),
    schema,
    target: experiment.target,
    task: experiment.task,
    trainer: run.trainer,
    parameters: run.params as Parameters,
    command: run.trainer === COMMAND_TRAINER ? readCommand(run.params, kernel.env) : undefined,
    split: { kind: payload.split },
    steps: payload.recipeVersionId ? await recipeStepsById(kernel, scope, payload.recipeVersionId) : undefined,
    metric: experiment.metric,
    classWeights: payload.classWeights,
    calibration: payload.calibration,
    threshold: toThresholdChoice(payload.threshold),
    seed: run.seed,
    tensorflow: kernel.env.FLEXIML_TENSORFLOW,
    threads: Math.max(1, Math.floor(availableParallelism() / kernel.env.WORKER_CONCURRENCY)),
    readMemoryMb: Math.max(64, Math.min(1024, Math.floor(kernel.env.TRAINING_MEMORY_MB / 2))),
    output,
  }
}

/** Trains one run in a process of its own; every write names the attempt, so that one that was thought dead cannot make a second model. */
export const trainRun = defineHandler<TrainRunPayload>({
  definition: trainRunJob,
  async run(context) {
    const { kernel, scope, payload, signal, line, progress, write, finish } = context
    const { env, clock } = kernel
    if (payload.notAfter && clock.now() > Date.parse(payload.notAfter))
      throw new TrainingFailure('cancelled', 'time_is_up', 'Not begun: the time given to the experiment was over.')
    const started = await write(c => startRun(c, scope, payload.runId, nowDate(clock)))
    const { run, experiment } = started
    const version = await versionById(kernel, scope, experiment.datasetVersionId)
    const folder = await kernel.blobs.temporaryFolder()
    const points = createPointWriter(context, scope, run.id)
    const limitBytes = env.TRAINING_MEMORY_MB * 2 ** 20
    try {
      const task = await describeTask(context, started, version, join(folder, 'model'))
      line(
        'info',
        `Training ${run.trainer} on ${version.datasetName} v${version.number}: ${count(version.rows)} rows, ${task.schema.columns.length} columns, target ${task.target}, seed ${run.seed}.`,
      )
      await withTrainingChild({ study: experiment.id, limitBytes, slots: env.WORKER_CONCURRENCY }, async child => {
        const hooks = { points: points.add, progress, line, memory: context.child }
        const outcome = await Promise.race([child.train(task, hooks, signal), points.failed])
        progress(0.95, 'saving the model')
        await points.flush()
        const blob = await kernel.blobs.putFile(task.output)
        const { engineVersion, node, platform, ...trained } = outcome
        const environment = { engineVersion, threads: task.threads, node, platform }
        const value = outcome.metrics[experiment.metric]?.value
        line(
          'info',
          `Done: ${experiment.metric} ${value == null ? 'is not defined' : Number(value.toPrecision(6))} on ${count(outcome.rowsValidation)} held-out rows; model of ${count(blob.bytes)} bytes.`,
        )
        await finish(c => completeRun(c, scope, started, { ...trained, blob, environment }, nowDate(clock)))
      })
    } finally {
      points.stop()
      await rm(folder, { recursive: true, force: true })
    }
  },
  settle: (tx, job, settlement) => settleRun(tx, job.projectId, job.subjectId, settlement, nowDate()),
})
