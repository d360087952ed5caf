import { once } from 'node:events'
import { createWriteStream } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type LoadedPredictor, loadPredictor, type TableAnswers, type WarningCount } from '#ml/predict.ts'
import '#ml/onnx.ts'
import { describeRowError } from '#ml/rows/describe-error.ts'
import type { VersionColumn } from '#server/data/contract.ts'
import type { PredictionsResult } from '#server/data/service.ts'
import { AppError } from '#server/kernel/errors.ts'
import type { TaskContext } from '#server/platform/tasks/define-task.ts'
import { quoteIdentifier, quoteLiteral, withDuckDb } from '#tables/duckdb.ts'
import { copyOptions } from '#tables/read/load-source.ts'
import { type FrameCell, modelQuery } from '#tables/read/read-frame.ts'
import type { PredictTableInput } from '../tasks.ts'

const MEMORY_MB = 512
const PREDICTED = 0.8
const MAX_ERROR_TEXT = 500

/** Predicts every row as the inference server does and writes the table with the predictions after its columns. Throws `invalid`. */
export async function run(input: PredictTableInput, { progress }: TaskContext): Promise<PredictionsResult> {
  const predictor = loadPredictor(await readFile(input.model))
  const columns = findColumns(input, predictor)
  const predict = predictor.openTable(columns.map(({ column }) => column?.type))
  const answers = join(input.folder, 'answers.csv')
  const made = resultColumns(predictor, input.schema)
  const access = {
    files: [input.table],
    folders: [input.folder],
    limits: { memoryMb: MEMORY_MB, threads: 1, temporaryFolder: input.folder },
  }
  return withDuckDb(access, async db => {
    const result: PredictionsResult & { warningCounts: WarningCount[] } = { rows: 0, errors: 0, warningCounts: [] }
    const file = createWriteStream(answers)
    const stream = await db.stream(modelQuery(input.table, columns))
    for (let chunk = await stream.fetchChunk(); chunk && chunk.rowCount > 0; chunk = await stream.fetchChunk()) {
      const rows = chunk.rowCount
      const answered = predict(chunk.getColumns() as FrameCell[][], rows)
      addCounts(result, answered, rows)
      if (!file.write(linesOf(predictor, answered, rows))) await once(file, 'drain')
      progress((PREDICTED * result.rows) / Math.max(1, input.rows), `${result.rows.toLocaleString('en')} rows`)
    }
    await new Promise<void>((resolve, reject) => file.on('error', reject).end(resolve))
    const kept = result.errors > 0 ? made : made.slice(0, -1)
    const types = made.map(({ name, type }) => `${quoteLiteral(name)}: '${type}'`).join(', ')
    const select = `SELECT t.*, ${kept.map(({ name }) => `p.${quoteIdentifier(name)}`).join(', ')}
      FROM read_parquet(${quoteLiteral(input.table)}) AS t POSITIONAL JOIN read_csv(${quoteLiteral(answers)},
        auto_detect = false, header = false, delim = ',', quote = '"', escape = '"', allow_quoted_nulls = false, columns = {${types}}) AS p`
    await db.run(
      `COPY (${select}) TO ${quoteLiteral(input.target)} (${copyOptions(input.schema.length + kept.length)})`,
    )
    return result
  })
}

const isWords = (type: string) => !['number', 'integer', 'boolean', 'datetime'].includes(type)

function findColumns({ schema }: PredictTableInput, { signature }: LoadedPredictor) {
  const columns = signature.columns.map(({ name, type }) => {
    const column = schema.find(c => c.name === name)
    return { isText: isWords(type), ...(column ? { column } : {}) }
  })
  const absent = signature.columns.filter((_, i) => !columns[i]!.column).map(c => c.name)
  if (absent.length * 2 > columns.length)
    throw new AppError('invalid', `The version lacks most columns of the model: ${absent.slice(0, 5).join(', ')}.`, {
      hint: 'Choose a version with the columns that the model was trained with.',
    })
  return columns
}

/** Columns of the predictions, named so that none hides a column of the table; the last one has the reason where a row has none. */
function resultColumns({ classes }: LoadedPredictor, schema: readonly VersionColumn[]) {
  const taken = new Set(schema.map(c => c.name.toLowerCase()))
  const nameFree = (wished: string) => {
    let name = wished
    for (let n = 2; taken.has(name.toLowerCase()); n++) name = `${wished}_${n}`
    taken.add(name.toLowerCase())
    return name
  }
  return [
    { name: nameFree('prediction'), type: classes ? 'VARCHAR' : 'DOUBLE' },
    ...(classes ?? []).map(label => ({ name: nameFree(`probability_${label}`), type: 'DOUBLE' })),
    { name: nameFree('prediction_error'), type: 'VARCHAR' },
  ]
}

function addCounts(
  result: PredictionsResult & { warningCounts: WarningCount[] },
  { report }: TableAnswers,
  rows: number,
): void {
  result.rows += rows
  result.errors += report?.failedRows ?? 0
  for (const count of report?.warningCounts ?? []) {
    const known = result.warningCounts.find(c => c.column === count.column && c.code === count.code)
    if (known) known.rows += count.rows
    else result.warningCounts.push({ ...count })
  }
}

const quoted = (text: string) => `"${text.replaceAll('"', '""')}"`

function linesOf(predictor: LoadedPredictor, { values, hasFailed, report }: TableAnswers, rows: number): string {
  const { predictions, probabilities } = predictor.describe(values)
  const width = predictor.classes?.length ?? 0
  const reasons = new Map((report?.errors ?? []).map(e => [e.row, describeRowError(e)]))
  let text = ''
  for (let row = 0; row < rows; row++) {
    if (hasFailed(row)) {
      const reason = reasons.get(row) ?? 'it could not be understood'
      text += `${','.repeat(width + 1)}${quoted(reason.slice(0, MAX_ERROR_TEXT))}\n`
      continue
    }
    const prediction = predictions[row]!
    const cells = [
      typeof prediction === 'number' ? String(prediction) : quoted(prediction),
      ...(probabilities?.[row] ?? []),
    ]
    text += `${cells.join(',')},\n`
  }
  return text
}
