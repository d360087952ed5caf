import { rm } from 'node:fs/promises'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { canonicalJson, type Parameters, type ThresholdChoice } from '#ml/index.ts'
import { type DatasetVersion, recipeStepsById, versionById } from '#server/data/service.ts'
import { nowDate } from '#server/kernel/clock.ts'
import { runMeasuredTask } from '#server/platform/tasks/run-task.ts'
import { TaskFailure } from '#server/platform/tasks/task-failure.ts'
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
import { createPointWriter } from './point-writer.ts'
import type { TrainInput } from './tasks/train-input.ts'
import { trainTask } from './tasks.ts'

const count = (n: number) => n.toLocaleString('en')

/** Returns `cost[actual][predicted]`; correct predictions cost 0. */
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

async function describeTraining(
  { kernel, scope, payload }: JobContext<TrainRunPayload>,
  { run, experiment }: RunToTrain,
  version: DatasetVersion,
  output: string,
): Promise<TrainInput> {
  const path = await kernel.blobs.pathOf(version.digest)
  const { read } = chooseColumns(version.schema, experiment.target, payload.ignore)
  const schema = toEngineSchema(read)
  return {
    // A reviewed schema changes columns or their types.
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
    positive: payload.positive,
    classWeights: payload.classWeights,
    calibration: payload.calibration,
    threshold: toThresholdChoice(payload.threshold),
    seed: run.seed,
    tensorflow: kernel.env.FLEXIML_TENSORFLOW,
    threads: Math.max(1, Math.floor(availableParallelism() / kernel.env.WORKER_CONCURRENCY)),
    readMemoryMb: Math.max(64, Math.min(1024, Math.floor(kernel.env.TRAINING_MEMORY_MB / 2))),
    output,
    scoresOutput: `${output}.scores`,
  }
}

/** Trains one run in a child process. Every write names the attempt, so that a lost worker cannot make a second model. */
export const trainRun = defineHandler<TrainRunPayload>({
  definition: trainRunJob,
  async run(context) {
    const { kernel, scope, payload, signal, line, progress, write, finish } = context
    const { env, clock } = kernel
    if (payload.notAfter && clock.now() > Date.parse(payload.notAfter))
      throw new TaskFailure('cancelled', 'time_is_up', 'Not started: the time limit of the experiment was reached.')
    const started = await write(c => startRun(c, scope, payload.runId, nowDate(clock)))
    const { run, experiment } = started
    const version = await versionById(kernel, scope, experiment.datasetVersionId)
    const folder = await kernel.blobs.temporaryFolder()
    const points = createPointWriter(context, scope, run.id)
    try {
      const input = await describeTraining(context, started, version, join(folder, 'model'))
      line(
        'info',
        `Training ${run.trainer} on ${version.datasetName} v${version.number}: ${count(version.rows)} rows, ${input.schema.columns.length} columns, target ${input.target}, seed ${run.seed}.`,
      )
      // A refused write means that another attempt took over, so the training must stop.
      const superseded = new AbortController()
      points.failed.catch(error => superseded.abort(error))
      const { result, peakMemoryBytes } = await runMeasuredTask(trainTask, input, {
        signal: AbortSignal.any([signal, superseded.signal]),
        progress,
        line,
        event: points.add,
        output: text => line('warn', text),
        memory: context.child,
        memoryMb: env.TRAINING_MEMORY_MB,
        affinity: experiment.id,
        maxProcesses: env.WORKER_CONCURRENCY,
      })
      progress(0.95, 'saving the model')
      await points.flush()
      const blob = await kernel.blobs.putFile(input.output)
      const scores = await kernel.blobs.putFile(input.scoresOutput)
      const value = result.metrics[experiment.metric]?.value
      line(
        'info',
        `Finished: ${experiment.metric} ${value == null ? 'is not defined' : Number(value.toPrecision(6))} on ${count(result.rowsValidation)} held-out rows; model of ${count(blob.bytes)} bytes.`,
      )
      await finish(c => completeRun(c, scope, started, { ...result, blob, scores, peakMemoryBytes }, nowDate(clock)))
    } finally {
      points.stop()
      await rm(folder, { recursive: true, force: true })
    }
  },
  settle: (tx, job, settlement) => settleRun(tx, job.projectId, job.subjectId, settlement, nowDate()),
})
