import { EngineError } from '../errors.ts'
import { createFrameBuilder } from '../frame/builder.ts'
import { type Frame, takeRows } from '../frame/frame.ts'
import type { Pipeline } from '../pipeline.ts'
import { type ColumnType, frameSpecs, type Schema } from '../schema.ts'
import { describeNoNumber, NO_NUMBER } from './no-number.ts'
import type { RowReader } from './read-row.ts'
import { ReportBuilder, type RowReport } from './report.ts'

/** Predictions of a part of a table. */
export type TableAnswers = {
  /** Rows × numbers per row; those of failed rows mean nothing. */
  values: Float64Array
  hasFailed(row: number): boolean
  /** What was unlike training; absent when every row is clean. */
  report?: RowReport
}

/**
 * Returns a function that predicts rows given by column, in the order of the signature: numbers, texts, booleans, null for missing, and
 * milliseconds in columns whose type in the table is datetime. Cells are read and reported as those of requests are.
 * @param sources the types of the columns in the table; undefined: the table lacks the column.
 */
export function createTablePredictor(
  { pipeline, reader, signature, width }: { pipeline: Pipeline; reader: RowReader; signature: Schema; width: number },
  sources: readonly (ColumnType | undefined)[],
): (chunk: readonly ArrayLike<unknown>[], rows: number) => TableAnswers {
  const specs = frameSpecs(signature)
  const readers = signature.columns.map((column, c) =>
    reader.column(c, column.type === 'datetime' && sources[c] === 'datetime'),
  )
  return (chunk, rows) => {
    const report = new ReportBuilder(rows)
    const builder = createFrameBuilder(specs)
    builder.appendColumns(readers.map((read, c) => read(sources[c] === undefined ? undefined : chunk[c], rows, report)))
    const values = predictFrame(pipeline, builder.build(), width, report)
    for (let row = 0; row < rows; row++) {
      if (report.hasFailed(row)) continue
      for (let k = row * width; k < (row + 1) * width; k++) {
        if (Number.isFinite(values[k]!)) continue
        report.fail({ row, column: '', expected: NO_NUMBER, got: describeNoNumber(report.repairsOf(row)) })
        break
      }
    }
    const found = report.finish()
    return { values, hasFailed: row => report.hasFailed(row), ...(found ? { report: found } : {}) }
  }
}

/** A row on which the model fails alone is reported. */
function predictFrame(pipeline: Pipeline, frame: Frame, width: number, report: ReportBuilder): Float64Array {
  try {
    return pipeline.predictFrame(frame)
  } catch (error) {
    if (!(error instanceof EngineError)) throw error
    const values = new Float64Array(frame.rows * width)
    for (let row = 0; row < frame.rows; row++) {
      try {
        values.set(pipeline.predictFrame(takeRows(frame, [row])), row * width)
      } catch (reason) {
        if (!(reason instanceof EngineError)) throw reason
        report.fail({ row, column: '', expected: NO_NUMBER, got: reason.message })
      }
    }
    return values
  }
}
