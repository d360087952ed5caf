import { readFile, writeFile } from 'node:fs/promises'
import {
  type ColumnType,
  createActualReader,
  curvesOf,
  keepScores,
  type LoadedPredictor,
  listMetrics,
  loadPredictor,
  type MetricValue,
  metricInterval,
  metricIntervals,
  type Scored,
  type TableAnswers,
  type WarningCount,
  writeRowScores,
} from '#ml/index.ts'
import '#ml/onnx.ts'
import type { VersionColumn } from '#server/data/contract.ts'
import type { MeasuredOutcome } from '#server/evaluation/service.ts'
import { AppError } from '#server/kernel/errors.ts'
import type { TaskContext } from '#server/platform/tasks/define-task.ts'
import { withDuckDb } from '#tables/duckdb.ts'
import { type FrameCell, modelQuery } from '#tables/read/read-frame.ts'
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
  /** Rows that the model cannot understand. */
  failed: number
  /** Cells unlike training. */
  odd: WarningCount[]
}

/** Predicts every row of the table and measures the predictions against its target. Throws `invalid` or `too_large`. */
export async function run(input: MeasureInput, context: TaskContext): Promise<MeasuredOutcome> {
  const predictor = loadPredictor(await readFile(input.model))
  const { scored, at, withoutTarget, unknownClass, failed, odd } = await predictTable(input, predictor, context)
  reportOdd(odd, failed, context)
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

const CODES: Record<WarningCount['code'], string> = {
  missing: 'without a value',
  absent_column: 'without the column',
  unseen: 'with a value that training did not have',
  fraction: 'with a fraction where training had whole numbers',
  extra_column: 'with an extra column',
}

/** Logs what was answered although it is unlike training. */
function reportOdd(odd: readonly WarningCount[], failed: number, { line }: TaskContext): void {
  for (const { column, code, rows } of odd) line('info', `${column}: ${rows} rows ${CODES[code]}.`)
  if (failed > 0) line('warn', `${failed} rows cannot be understood by the model; they are left out.`)
}

async function predictTable(
  input: MeasureInput,
  predictor: LoadedPredictor,
  { progress }: TaskContext,
): Promise<Predictions> {
  const { label, schema } = input
  const { target, task } = predictor
  const width = task === 'regression' ? 1 : (predictor.classes ?? []).length
  if (input.rows * width > MAX_VALUES)
    throw new AppError('too_large', `${label} has ${input.rows} rows; that many predictions do not fit into memory.`, {
      hint: `Measure on at most ${Math.floor(MAX_VALUES / width)} rows.`,
    })
  const targetColumn = schema.find(c => c.name === target.name)
  if (!targetColumn) throw new AppError('invalid', `${label} has no column “${target.name}”, the target of the model.`)
  const columns = findColumns(input, predictor)
  const predict = predictor.openTable(columns.map(({ column }) => column?.type))
  const collector = collectPredictions(predictor, input.rows, width)
  let read = 0
  await readChunks(
    input.table,
    [...columns, { column: targetColumn, isText: isWords(target.type ?? targetColumn.type) }],
    chunk => {
      const truths = chunk[columns.length]!
      collector.add(truths, predict(chunk, truths.length))
      read += truths.length
      progress((PREDICTED * read) / input.rows, `${read.toLocaleString('en')} rows`)
    },
  )
  return collector.result()
}

interface ReadColumn {
  column?: VersionColumn
  /** The model reads words. */
  isText: boolean
}

const isWords = (type: ColumnType) => !['number', 'integer', 'boolean', 'datetime'].includes(type)

/** Finds the columns of the model in the version. Throws `invalid` if more than half are absent. */
function findColumns({ schema, label }: MeasureInput, { signature }: LoadedPredictor): ReadColumn[] {
  const columns = signature.columns.map(({ name, type }) => {
    const column = schema.find(c => c.name === name)
    return { isText: isWords(type), ...(column ? { column } : {}) }
  })
  const absent = signature.columns.filter((_, i) => !columns[i]!.column).map(c => c.name)
  if (absent.length * 2 > columns.length)
    throw new AppError('invalid', `${label} lacks most columns of the model: ${absent.slice(0, 5).join(', ')}.`, {
      hint: 'Choose a version of the dataset that the model was trained on.',
    })
  return columns
}

async function readChunks(
  table: string,
  columns: readonly ReadColumn[],
  onChunk: (chunk: FrameCell[][]) => void,
): Promise<void> {
  await withDuckDb({ files: [table], limits: { memoryMb: READ_MEMORY_MB, threads: 1 } }, async db => {
    const result = await db.stream(modelQuery(table, columns))
    for (let chunk = await result.fetchChunk(); chunk && chunk.rowCount > 0; chunk = await result.fetchChunk())
      onChunk(chunk.getColumns() as FrameCell[][])
  })
}

/** Keeps the true value and the prediction of each row whose target the model knows. */
function collectPredictions(predictor: LoadedPredictor, rows: number, width: number) {
  const { target, task } = predictor
  const classes = predictor.classes ?? []
  const readActual = createActualReader({ ...target, task, classes })
  const codes = new Map(classes.map((name, code) => [name, code]))
  const truth = new Values(rows)
  const predicted = new Values(rows * width)
  const at = new Int32Array(rows)
  const odd = new Map<string, WarningCount>()
  let [withoutTarget, unknownClass, failed, read] = [0, 0, 0, 0]
  return {
    add(truths: readonly FrameCell[], { values, hasFailed, report }: TableAnswers) {
      for (const count of report?.warningCounts ?? []) addCount(odd, count)
      for (let i = 0; i < truths.length; i++) {
        const cell = truths[i]!
        const actual = readActual(cell)
        if (cell === null || (actual === undefined && task === 'regression')) withoutTarget++
        else if (actual === undefined) unknownClass++
        else if (hasFailed(i)) failed++
        else {
          at[truth.length] = read + i
          truth.push(typeof actual === 'number' ? actual : codes.get(actual)!)
          for (let k = 0; k < width; k++) predicted.push(values[i * width + k]!)
        }
      }
      read += truths.length
    },
    result: (): Predictions => ({
      scored: { task, truth: truth.all(), predicted: predicted.all(), classCount: classes.length },
      at: at.subarray(0, truth.length),
      withoutTarget,
      unknownClass,
      failed,
      odd: [...odd.values()],
    }),
  }
}

function addCount(counts: Map<string, WarningCount>, count: WarningCount): void {
  const key = `${count.code} ${count.column}`
  const known = counts.get(key)
  if (known) known.rows += count.rows
  else counts.set(key, { ...count })
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
