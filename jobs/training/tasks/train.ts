import { writeFile } from 'node:fs/promises'
import {
  createFrameBuilder,
  ENGINE_VERSION,
  explainModel,
  type Frame,
  frameSpecs,
  keepScores,
  loadPredictor,
  markRows,
  type TrainResult,
  trainPipeline,
  writeRowScores,
} from '#ml/node.ts'
import '#ml/onnx.ts'
import type { TaskContext } from '#server/platform/tasks/define-task.ts'
import type { MetricPoint, RunResult } from '#server/training/service.ts'
import { withDuckDb } from '#tables/duckdb.ts'
import { learnByCommand } from '../command/learn-by-command.ts'
import { createReporter, TRAINING_ENDS } from './report-training.ts'
import type { TrainInput } from './train-input.ts'

/** Time limit of the explanation; it uses as many columns and rows as fit. */
const EXPLAIN_MS = 10_000

type Context = TaskContext<MetricPoint[]>

/** The frame of the last run: runs of one experiment share it. */
let kept: { key: string; frame: Frame } | undefined

/** Trains and measures one model, writes the packed bundle to `input.output`, and returns what was measured. */
export async function run(input: TrainInput, context: Context): Promise<RunResult> {
  const { signal, progress, line } = context
  progress(0.02, 'reading the data')
  const elapsed = createStopwatch()
  const frame = await readFrame(input, signal)
  const readMs = elapsed()
  progress(0.05, 'preparing the columns')
  // The process has no variables of the instance; the engine reads this one when it loads TensorFlow.
  process.env.FLEXIML_TENSORFLOW = input.tensorflow
  const reporter = createReporter(input, context)
  const result = await trainPipeline({
    frame,
    schema: input.schema,
    target: input.target,
    task: input.task,
    trainerId: input.trainer,
    parameters: input.parameters,
    split: input.split,
    steps: input.steps,
    metric: input.metric,
    positive: input.positive,
    classWeights: input.classWeights,
    calibration: input.calibration,
    threshold: input.threshold,
    seed: input.seed,
    threads: input.threads,
    learn: learnOf(input, context, reporter.report),
    report: reporter.report,
    say: text => line('info', text),
    signal,
    now: () => performance.now(),
  })
  const trainMs = elapsed()
  reporter.flush()
  await writeFile(input.output, result.bundle)
  await writeFile(input.scoresOutput, scoresOf(frame, result))
  const explanation = await explain(input, frame, result, context)
  const timing = { readMs, trainMs, explainMs: elapsed() }
  const { classes, metrics, curves, recipe, backend, notes, leaderboard, rowsTrain, rowsValidation } = result
  return {
    classes,
    metrics,
    curves,
    recipe,
    backend,
    notes,
    ...(leaderboard ? { leaderboard } : {}),
    rowsTrain,
    rowsValidation,
    rowsWithoutTarget: result.rowsWithoutTarget,
    ...(explanation ? { explanation } : {}),
    timing,
    environment: {
      engineVersion: ENGINE_VERSION,
      threads: input.threads,
      node: process.version,
      platform: `${process.platform}-${process.arch}`,
    },
  }
}

/** Returns the predictions of the validation rows, and which rows the model was trained on, as a file. */
function scoresOf(frame: Frame, { task, classes, validation, trainedRows }: TrainResult): Uint8Array {
  const { rows, truth, predicted } = validation
  const scored = { task, truth, predicted, classCount: classes.length }
  return writeRowScores(keepScores(scored, classes, rows, { trained: markRows(trainedRows, frame.rows) }))
}

/** Returns a function that returns the milliseconds since its last call. */
function createStopwatch(): () => number {
  let last = performance.now()
  return () => {
    const now = performance.now()
    const passed = Math.round(now - last)
    last = now
    return passed
  }
}

async function readFrame(input: TrainInput, signal: AbortSignal): Promise<Frame> {
  if (kept?.key === input.frameKey) return kept.frame
  kept = undefined
  const builder = createFrameBuilder(frameSpecs(input.schema))
  await withDuckDb(
    { files: [input.path], limits: { memoryMb: input.readMemoryMb, threads: input.threads }, signal },
    async db => {
      const result = await db.stream(input.query)
      for (let chunk = await result.fetchChunk(); chunk && chunk.rowCount > 0; chunk = await result.fetchChunk()) {
        signal.throwIfAborted()
        builder.appendColumns(chunk.getColumns())
      }
    },
  )
  kept = { key: input.frameKey, frame: builder.build() }
  return kept.frame
}

/** Returns the command of the user as a trainer, or undefined without one. */
function learnOf(
  input: TrainInput,
  { line, progress, ownGroup, signal }: Context,
  report: (step: number, metrics: Record<string, number>) => void,
) {
  const { command } = input
  if (!command) return undefined
  const { line: shellLine, minutes, parameters } = command
  return learnByCommand(
    { ...input, command: shellLine, minutes, parameters, memoryMb: input.readMemoryMb },
    { onLine: text => line('info', text), began: ownGroup, report, progress, signal },
  )
}

/** Explains the model on its validation rows. Only logs failures: a run without an explanation is still useful. */
async function explain(input: TrainInput, frame: Frame, result: TrainResult, { signal, progress, line }: Context) {
  progress(TRAINING_ENDS, 'explaining the model')
  try {
    const { signature, predictFrame } = loadPredictor(result.bundle)
    return await explainModel({
      frame,
      rows: result.validation.rows,
      columns: signature.columns.map(column => column.name),
      predictFrame,
      scored: { task: result.task, truth: result.validation.truth, classCount: result.classes.length },
      metric: result.metric,
      seed: input.seed,
      budgetMs: EXPLAIN_MS,
      signal,
      now: () => performance.now(),
    })
  } catch (error) {
    signal.throwIfAborted()
    line('info', `Not explained: ${error instanceof Error ? error.message : String(error)}`)
    return undefined
  }
}
