/**
 * The training process: reads a Parquet file, trains, writes the packed model to a file, tells how it goes. It takes one run after another
 * and keeps the frame between them. It has no database, no key and no network; it ends when its worker does.
 */
import { writeFile } from 'node:fs/promises'
import { setPriority } from 'node:os'
import {
  automl,
  createFrameBuilder,
  ENGINE_VERSION,
  EngineError,
  explainModel,
  type Frame,
  frameSpecs,
  loadPredictor,
  type TrainResult,
  trainPipeline,
} from '#ml/node.ts'
import '#ml/onnx.ts'
import { systemClock } from '#server/kernel/clock.ts'
import type { MetricPoint } from '#server/training/service.ts'
import { withDuckDb } from '#tables/duckdb.ts'
import { preferToDie } from '../runtime/measure-memory.ts'
import { leaveWithParent } from '../runtime/watch-parent.ts'
import { learnByCommand } from './command/learn-by-command.ts'
import type { FromChild, ToChild, TrainTask } from './protocol.ts'

/** Serving and pages come first on a busy machine. */
const NICE = 10
const FLUSH_MS = 250
/** Share of the work that is done when training proper begins and ends. */
const BEGIN = 0.1
const END = 0.9
/** For the importance of columns; a model is explained by as many as fit. */
const EXPLAIN_MS = 10_000

const tell = (message: FromChild) => void process.send?.(message)

let kept: { key: string; frame: Frame } | undefined

async function frameOf(task: TrainTask, signal: AbortSignal): Promise<Frame> {
  if (kept?.key === task.frameKey) return kept.frame
  kept = undefined
  const builder = createFrameBuilder(frameSpecs(task.schema))
  await withDuckDb(
    { files: [task.path], limits: { memoryMb: task.readMemoryMb, threads: task.threads }, signal },
    async db => {
      const result = await db.stream(task.query)
      for (let chunk = await result.fetchChunk(); chunk && chunk.rowCount > 0; chunk = await result.fetchChunk()) {
        signal.throwIfAborted()
        builder.appendColumns(chunk.getColumns())
      }
    },
  )
  kept = { key: task.frameKey, frame: builder.build() }
  return kept.frame
}

const capital = (word: string) => word[0]!.toUpperCase() + word.slice(1)

/** Collects what the trainer reports and tells it a few times a second. */
function createReporter(task: TrainTask) {
  const total = Number(task.parameters.epochs ?? task.parameters.trees ?? 0)
  const unit = task.parameters.epochs === undefined ? 'tree' : 'epoch'
  // AutoML is done when its time is over, whatever its steps.
  const budgetMs = task.trainer === automl.id ? Number(task.parameters.minutes) * 60_000 : 0
  const began = systemClock.now()
  let points: MetricPoint[] = []
  let latest = { step: 0, metrics: {} as Record<string, number> }
  let told = systemClock.now()
  const flush = () => {
    told = systemClock.now()
    const { step, metrics } = latest
    if (points.length > 0) tell({ type: 'points', points })
    points = []
    if (step === 0) return
    const share = budgetMs > 0 ? Math.min(1, (told - began) / budgetMs) : total > 0 ? Math.min(1, step / total) : 0
    tell({
      type: 'progress',
      done: BEGIN + (END - BEGIN) * share,
      note: budgetMs > 0 ? `${step} settings tried` : total > 0 ? `${unit} ${step} of ${total}` : `step ${step}`,
    })
    const words = Object.entries(metrics).map(([key, value]) => `${key} ${Number(value.toPrecision(5))}`)
    // AutoML tells of each setting itself.
    if (words.length > 0 && budgetMs === 0)
      tell({
        type: 'line',
        text: `${total > 0 ? capital(unit) : 'Step'} ${step}: ${words.join(', ')}`,
      })
  }
  return {
    report(step: number, metrics: Record<string, number>) {
      const time = systemClock.now()
      for (const [key, value] of Object.entries(metrics)) points.push({ key, step, time, value })
      latest = { step, metrics }
      if (time - told >= FLUSH_MS) flush()
    },
    flush,
  }
}

async function train(task: TrainTask, signal: AbortSignal): Promise<void> {
  tell({ type: 'progress', done: 0.02, note: 'reading the data' })
  const frame = await frameOf(task, signal)
  tell({ type: 'progress', done: 0.05, note: 'preparing the columns' })
  // The process is given no variables of the instance; the engine looks for this one when it first needs TensorFlow.
  process.env.FLEXIML_TENSORFLOW = task.tensorflow
  const reporter = createReporter(task)
  const { command } = task
  const learn =
    command &&
    learnByCommand(
      {
        ...task,
        command: command.line,
        minutes: command.minutes,
        parameters: command.parameters,
        memoryMb: task.readMemoryMb,
      },
      {
        said: text => tell({ type: 'line', text }),
        began: pid => tell({ type: 'command', pid }),
        report: reporter.report,
        progress: (done, note) => tell({ type: 'progress', done, note }),
        signal,
      },
    )
  const result = await trainPipeline({
    frame,
    schema: task.schema,
    target: task.target,
    task: task.task,
    trainerId: task.trainer,
    parameters: task.parameters,
    split: task.split,
    steps: task.steps,
    metric: task.metric,
    classWeights: task.classWeights,
    calibration: task.calibration,
    threshold: task.threshold,
    seed: task.seed,
    threads: task.threads,
    learn,
    report: reporter.report,
    say: text => tell({ type: 'line', text }),
    signal,
    now: () => performance.now(),
  })
  reporter.flush()
  await writeFile(task.output, result.bundle)
  const explanation = await explain(task, frame, result, signal)
  const { metrics, curves, recipe, classes, backend, rowsTrain, rowsValidation, rowsWithoutTarget } = result
  const { notes, leaderboard } = result
  tell({
    type: 'done',
    outcome: {
      metrics,
      curves,
      recipe,
      classes,
      backend,
      engineVersion: ENGINE_VERSION,
      node: process.version,
      platform: `${process.platform}-${process.arch}`,
      rowsTrain,
      rowsValidation,
      rowsWithoutTarget,
      notes,
      leaderboard,
      explanation,
    },
  })
}

/** What the model goes by, on the rows that measured it. A run is worth having without it: a problem is said and passed over. */
async function explain(task: TrainTask, frame: Frame, result: TrainResult, signal: AbortSignal) {
  tell({ type: 'progress', done: END, note: 'explaining the model' })
  try {
    const { signature, predictFrame } = loadPredictor(result.bundle)
    return await explainModel({
      frame,
      rows: result.validation.rows,
      columns: signature.columns.map(column => column.name),
      predictFrame,
      scored: { task: result.task, truth: result.validation.truth, classCount: result.classes.length },
      metric: result.metric,
      seed: task.seed,
      budgetMs: EXPLAIN_MS,
      signal,
      now: () => performance.now(),
    })
  } catch (error) {
    signal.throwIfAborted()
    tell({ type: 'line', text: `Not explained: ${error instanceof Error ? error.message : String(error)}` })
    return undefined
  }
}

let controller: AbortController | undefined

process.on('message', (message: ToChild) => {
  if (message.type === 'abort') return controller?.abort(new Error('aborted'))
  const mine = new AbortController()
  controller = mine
  train(message.task, mine.signal).catch(error => {
    if (mine.signal.aborted) return tell({ type: 'aborted' })
    const engine = error instanceof EngineError
    tell({
      type: 'failed',
      engine,
      code: engine ? error.code : 'failed',
      message: error instanceof Error ? error.message : String(error),
      hint: engine ? error.hint : '',
    })
    if (!engine) process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`)
  })
})

preferToDie()
try {
  setPriority(NICE)
} catch {
  // Some sandboxes forbid it; then it competes as an equal.
}
leaveWithParent()
