import { setImmediate } from 'node:timers/promises'
import {
  type ColumnSpec,
  cellOf,
  curvesOf,
  EngineError,
  frameFromChunks,
  frameSpecs,
  type LoadedPredictor,
  listMetrics,
  loadPredictor,
  type MetricValue,
  metricInterval,
  type Scored,
} from '#ml/index.ts'
import '#ml/onnx.ts'
import { readFrameColumns, versionById } from '#server/data/index.ts'
import { completeEvaluation, evaluateRunJob, failEvaluation, loadEvaluation } from '#server/evaluation/service.ts'
import { AppError } from '#server/kernel/errors.ts'
import { defineHandler } from '../handler.ts'
import { createClassReader } from './read-class.ts'

const SEED = 1
/** Predictions are kept as doubles until the metrics are known: 40 million are 320 MB. */
const MOST_VALUES = 40_000_000

/** Doubles that grow; the bounds are known beforehand, so that nothing is copied. */
class Values {
  private readonly values: Float64Array
  length = 0
  constructor(most: number) {
    this.values = new Float64Array(most)
  }
  push(value: number): void {
    this.values[this.length++] = value
  }
  done(): Float64Array {
    return this.values.subarray(0, this.length)
  }
}

/** Numbers of the target, or codes of its classes; NaN: missing; undefined: a class the model does not know. */
function truthReader(predictor: LoadedPredictor): (cell: ReturnType<typeof cellOf>) => number | undefined {
  if (predictor.task === 'regression') return cell => (cell === null ? Number.NaN : Number(cell))
  const codeOf = createClassReader(predictor.classes ?? [])
  return cell => (cell === null ? Number.NaN : codeOf(cell))
}

function readPredictor(bytes: Uint8Array): LoadedPredictor {
  try {
    return loadPredictor(bytes)
  } catch (error) {
    if (error instanceof EngineError) throw new AppError('invalid', error.message, { hint: error.hint, cause: error })
    throw error
  }
}

export const evaluateRun = defineHandler({
  definition: evaluateRunJob,
  async run({ kernel, scope, payload, progress, line, finish, signal }) {
    const evaluation = await loadEvaluation(kernel, scope, payload.evaluationId)
    const predictor = readPredictor(await kernel.blobs.readAll(evaluation.modelDigest))
    const version = await versionById(kernel, scope, evaluation.datasetVersionId)
    const { signature, target, task } = predictor
    const classes = predictor.classes ?? []
    const width = task === 'regression' ? 1 : classes.length
    const at = `${version.datasetName} v${version.number}`
    if (version.rows * width > MOST_VALUES)
      throw new AppError('too_large', `${at} has ${version.rows} rows; that many answers do not fit into memory.`, {
        hint: `Measure on at most ${Math.floor(MOST_VALUES / width)} rows.`,
      })
    const targetColumn = version.schema.find(c => c.name === target.name)
    if (!targetColumn) throw new AppError('invalid', `${at} has no column “${target.name}”, the target of the model.`)
    const specs: ColumnSpec[] = [
      ...frameSpecs(signature),
      ...frameSpecs({ columns: [{ ...targetColumn, name: target.name, nullable: true }] }),
    ]
    const truthOf = truthReader(predictor)
    const truth = new Values(version.rows)
    const predicted = new Values(version.rows * width)
    let [read, withoutTarget, unknownClass] = [0, 0, 0]
    await readFrameColumns(
      kernel,
      scope,
      version.id,
      async chunk => {
        signal.throwIfAborted()
        const frame = frameFromChunks(specs, [chunk])
        const cells = frame.columns.get(target.name)!
        const answers = predictor.predictFrame(frame)
        for (let i = 0; i < frame.rows; i++) {
          const value = truthOf(cellOf(cells, i))
          if (value === undefined) unknownClass++
          else if (!Number.isFinite(value)) withoutTarget++
          else {
            truth.push(value)
            for (let k = 0; k < width; k++) predicted.push(answers[i * width + k]!)
          }
        }
        read += frame.rows
        progress((0.7 * read) / version.rows, `${read.toLocaleString('en')} rows`)
        // The lease is kept and a cancel is heard between two chunks.
        await setImmediate()
      },
      { columns: specs.map(s => s.name) },
    )
    if (truth.length === 0)
      throw new AppError(
        'invalid',
        unknownClass > 0
          ? `No row of ${at} has a class that the model knows (${classes.slice(0, 5).join(', ')}).`
          : `“${target.name}” is empty in every row of ${at}: there is nothing to measure by.`,
        { hint: 'Choose a version whose target is known.' },
      )
    if (unknownClass > 0) line('warn', `${unknownClass} rows have a class that the model does not know; left out.`)

    const scored: Scored = { task, truth: truth.done(), predicted: predicted.done(), classCount: classes.length }
    const intervals: Record<string, MetricValue> = {}
    const metrics = listMetrics(task)
    for (const [i, metric] of metrics.entries()) {
      intervals[metric.id] = metricInterval(metric.id, scored, SEED)
      progress(0.7 + (0.25 * (i + 1)) / metrics.length, metric.label)
      await setImmediate()
      signal.throwIfAborted()
    }
    const curves = curvesOf(scored, classes, SEED)
    const { metric } = evaluation.result
    line('info', `${truth.length} rows measured; ${metric} ${intervals[metric]?.value ?? 'is not defined on them'}.`)
    await finish(c =>
      completeEvaluation(c, scope, evaluation, {
        intervals,
        curves,
        rows: truth.length,
        rowsWithoutTarget: withoutTarget,
        rowsUnknownClass: unknownClass,
      }),
    )
  },
  settle: (tx, job, settlement) => failEvaluation(tx, job.projectId, job.subjectId, settlement),
})
