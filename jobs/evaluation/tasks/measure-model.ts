import { readFile, writeFile } from 'node:fs/promises'
import {
  type ColumnSpec,
  cellOf,
  createClassReader,
  curvesOf,
  type Frame,
  frameFromChunks,
  frameSpecs,
  keepScores,
  type LoadedPredictor,
  listMetrics,
  loadPredictor,
  type MetricValue,
  metricInterval,
  metricIntervals,
  type Scored,
  writeRowScores,
} from '#ml/index.ts'
import '#ml/onnx.ts'
import type { MeasuredOutcome } from '#server/evaluation/service.ts'
import { AppError } from '#server/kernel/errors.ts'
import type { TaskContext } from '#server/platform/tasks/define-task.ts'
import { withDuckDb } from '#tables/duckdb.ts'
import { type FrameCell, frameQuery } from '#tables/read/read-frame.ts'
import type { MeasureInput } from '../tasks.ts'
import { findTrainedRows } from './find-trained-rows.ts'

const SEED = 1
const READ_MEMORY_MB = 512
/** Predictions are kept as doubles until the metrics are computed: 40 million take 320 MB. */
const MAX_VALUES = 40_000_000
/** Progress after predicting and after the metrics. */
const PREDICTED = 0.7
const MEASURED = 0.95
/** Fewest rows that a model was not trained on for metrics of their own. */
const FEWEST_UNSEEN = 20

/** A growing array of doubles with a known maximum, so that growing copies nothing. */
class Values {
  private readonly values: Float64Array
  length = 0
  constructor(capacity: number) {
    this.values = new Float64Array(capacity)
  }
  push(value: number): void {
    this.values[this.length++] = value
  }
  all(): Float64Array {
    return this.values.subarray(0, this.length)
  }
}

interface Predictions {
  scored: Scored
  /** Row of the table, by measured row. */
  at: Int32Array
  withoutTarget: number
  unknownClass: number
}

/** Predicts every row of the table and measures the predictions against its target. Throws `invalid` or `too_large`. */
export async function run(input: MeasureInput, context: TaskContext): Promise<MeasuredOutcome> {
  const predictor = loadPredictor(await readFile(input.model))
  const { scored, at, withoutTarget, unknownClass } = await predictTable(input, predictor, context)
  const rows = scored.truth.length
  if (rows === 0) throw nothingToMeasure(input.label, predictor, unknownClass)
  if (unknownClass > 0)
    context.line('warn', `${unknownClass} rows have a class that the model does not know; they are left out.`)
  const intervals = measure(scored, context)
  const curves = { ...curvesOf(scored, predictor.classes ?? [], SEED) }
  const trained = await findTrainedRows(input, [...predictor.signature.columns.map(c => c.name), predictor.target.name])
  const seen = trained && Uint8Array.from(at, row => trained[row]!)
  await writeFile(
    input.scoresOutput,
    writeRowScores(keepScores(scored, predictor.classes ?? [], at, seen ? { seen } : {})),
  )
  const rowsSeen = seen ? seen.reduce((sum, mark) => sum + mark, 0) : null
  return {
    intervals,
    curves,
    rows,
    rowsWithoutTarget: withoutTarget,
    rowsUnknownClass: unknownClass,
    rowsSeen,
    ...(seen && rowsSeen && rows - rowsSeen >= FEWEST_UNSEEN ? { unseen: measureUnseen(scored, seen) } : {}),
  }
}

/** Measures the rows that the model was not trained on. */
function measureUnseen(scored: Scored, seen: Uint8Array): MeasuredOutcome['unseen'] {
  const width = scored.task === 'regression' ? 1 : scored.classCount
  const kept = Int32Array.from(seen.keys()).filter(i => seen[i] === 0)
  const predicted = new Float64Array(kept.length * width)
  for (const [k, i] of kept.entries()) predicted.set(scored.predicted.subarray(i * width, (i + 1) * width), k * width)
  const rest: Scored = { ...scored, truth: Float64Array.from(kept, i => scored.truth[i]!), predicted }
  const ids = listMetrics(scored.task).map(metric => metric.id)
  return { rows: kept.length, intervals: metricIntervals(ids, rest, SEED) }
}

async function predictTable(
  input: MeasureInput,
  predictor: LoadedPredictor,
  { progress }: TaskContext,
): Promise<Predictions> {
  const { label, schema } = input
  const { signature, target, task } = predictor
  const width = task === 'regression' ? 1 : (predictor.classes ?? []).length
  if (input.rows * width > MAX_VALUES)
    throw new AppError('too_large', `${label} has ${input.rows} rows; that many predictions do not fit into memory.`, {
      hint: `Measure on at most ${Math.floor(MAX_VALUES / width)} rows.`,
    })
  const targetColumn = schema.find(c => c.name === target.name)
  if (!targetColumn) throw new AppError('invalid', `${label} has no column “${target.name}”, the target of the model.`)
  const specs: ColumnSpec[] = [
    ...frameSpecs(signature),
    ...frameSpecs({ columns: [{ ...targetColumn, name: target.name, nullable: true }] }),
  ]
  const collector = collectPredictions(predictor, input.rows, width)
  let read = 0
  await readChunks(input, specs, chunk => {
    const frame = frameFromChunks(specs, [chunk])
    collector.add(frame)
    read += frame.rows
    progress((PREDICTED * read) / input.rows, `${read.toLocaleString('en')} rows`)
  })
  return collector.result()
}

async function readChunks(
  { table, schema, label }: MeasureInput,
  specs: readonly ColumnSpec[],
  onChunk: (chunk: FrameCell[][]) => void,
): Promise<void> {
  const columns = specs.map(({ name }) => {
    const column = schema.find(c => c.name === name)
    if (!column) throw new AppError('invalid', `${label} has no column “${name}”.`)
    return column
  })
  await withDuckDb({ files: [table], limits: { memoryMb: READ_MEMORY_MB, threads: 1 } }, async db => {
    const result = await db.stream(frameQuery(table, columns))
    for (let chunk = await result.fetchChunk(); chunk && chunk.rowCount > 0; chunk = await result.fetchChunk())
      onChunk(chunk.getColumns() as FrameCell[][])
  })
}

/** Keeps the true value and the prediction of each row whose target the model knows. */
function collectPredictions(predictor: LoadedPredictor, rows: number, width: number) {
  const { target, task } = predictor
  const classes = predictor.classes ?? []
  const codeOf = createClassReader(classes)
  const truthOf = (cell: ReturnType<typeof cellOf>) =>
    cell === null ? Number.NaN : task === 'regression' ? Number(cell) : codeOf(cell)
  const truth = new Values(rows)
  const predicted = new Values(rows * width)
  const at = new Int32Array(rows)
  let [withoutTarget, unknownClass, read] = [0, 0, 0]
  return {
    add(frame: Frame) {
      const cells = frame.columns.get(target.name)!
      const answers = predictor.predictFrame(frame)
      for (let i = 0; i < frame.rows; i++) {
        const value = truthOf(cellOf(cells, i))
        if (value === undefined) unknownClass++
        else if (!Number.isFinite(value)) withoutTarget++
        else {
          at[truth.length] = read + i
          truth.push(value)
          for (let k = 0; k < width; k++) predicted.push(answers[i * width + k]!)
        }
      }
      read += frame.rows
    },
    result: (): Predictions => ({
      scored: { task, truth: truth.all(), predicted: predicted.all(), classCount: classes.length },
      at: at.subarray(0, truth.length),
      withoutTarget,
      unknownClass,
    }),
  }
}

function measure(scored: Scored, { progress }: TaskContext): Record<string, MetricValue> {
  const metrics = listMetrics(scored.task)
  const intervals: Record<string, MetricValue> = {}
  for (const [i, metric] of metrics.entries()) {
    intervals[metric.id] = metricInterval(metric.id, scored, SEED)
    progress(PREDICTED + ((MEASURED - PREDICTED) * (i + 1)) / metrics.length, metric.label)
  }
  return intervals
}

const nothingToMeasure = (label: string, { target, classes }: LoadedPredictor, unknownClass: number) =>
  new AppError(
    'invalid',
    unknownClass > 0
      ? `No row of ${label} has a class that the model knows (${(classes ?? []).slice(0, 5).join(', ')}).`
      : `“${target.name}” is empty in every row of ${label}: there is nothing to measure by.`,
    { hint: 'Choose a version whose target is known.' },
  )
