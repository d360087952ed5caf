import { EngineError } from '../errors.ts'
import { createFrameBuilder } from '../frame/builder.ts'
import type { Pipeline } from '../pipeline.ts'
import { frameSpecs, type Schema } from '../schema.ts'
import { describeNoNumber, NO_NUMBER } from './no-number.ts'
import type { RowReader } from './read-row.ts'
import { type LenientRows, ReportBuilder } from './report.ts'

type Parts = {
  pipeline: Pipeline
  reader: RowReader
  signature: Schema
  /** Numbers per row. */
  width: number
  /** Values or probabilities in terms of the target. */
  toAnswer(values: Float64Array): { predictions: (number | string)[]; probabilities?: number[][] }
}

/** Returns a function that answers every row that can be understood, and reports the others. */
export function createLenient({ pipeline, reader, signature, width, toAnswer }: Parts) {
  const specs = frameSpecs(signature)
  const one = new Float64Array(width)

  const predictAlone = (row: object, index: number, report: ReportBuilder, values: Float64Array) => {
    try {
      pipeline.predictRow(row, one)
      values.set(one)
    } catch (error) {
      if (!isOfRow(error)) throw error
      report.fail({ row: index, column: '', expected: NO_NUMBER, got: error.message })
    }
  }

  /** Rows × width. A row on which the model fails alone is reported. */
  const predictAll = (rows: readonly object[], places: readonly number[], report: ReportBuilder): Float64Array => {
    const builder = createFrameBuilder(specs)
    builder.appendRows(rows)
    try {
      return pipeline.predictFrame(builder.build())
    } catch (error) {
      if (!isOfRow(error)) throw error
      const values = new Float64Array(rows.length * width)
      for (const [i, row] of rows.entries())
        predictAlone(row, places[i]!, report, values.subarray(i * width, (i + 1) * width))
      return values
    }
  }

  return (items: readonly unknown[], allowed?: string | null): LenientRows => {
    const report = new ReportBuilder(items.length)
    const read = items.map((item, i) => (reader.isClean(item, allowed) ? item : reader.read(item, i, report, allowed)))
    const places = read.flatMap((row, i) => (row === null ? [] : [i]))
    const values = predictAll(
      places.map(i => read[i]!),
      places,
      report,
    )
    for (const [k, place] of places.entries())
      for (let i = k * width; i < (k + 1) * width; i++)
        if (!Number.isFinite(values[i]!) && !report.hasFailed(place))
          report.fail({ row: place, column: '', expected: NO_NUMBER, got: describeNoNumber(report.repairsOf(place)) })
    const { predictions, probabilities } = toAnswer(values)
    const outcome: LenientRows = { predictions: new Array(items.length).fill(null) }
    if (probabilities) outcome.probabilities = new Array(items.length).fill(null)
    for (const [k, place] of places.entries()) {
      if (report.hasFailed(place)) read[place] = null
      else {
        outcome.predictions[place] = predictions[k]!
        if (probabilities) outcome.probabilities![place] = probabilities[k]!
      }
    }
    const found = report.finish()
    if (found || read.some((row, i) => row !== items[i])) outcome.rows = read
    if (found) outcome.report = found
    return outcome
  }
}

/** False for refused memory: that is a limit of the whole model, and each row would meet it again. */
const isOfRow = (error: unknown): error is EngineError => error instanceof EngineError && error.code !== 'onnx-memory'
