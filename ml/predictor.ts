import { BundleError, EngineError, rejectMalformed } from './errors.ts'
import { type BundleManifest, readBundle, unpackBundle } from './format/bundle.ts'
import type { Frame } from './frame/frame.ts'
import { compilePipeline } from './pipeline.ts'
import { addFallbacks, knowColumns } from './rows/fallbacks.ts'
import { createLenient } from './rows/predict-lenient.ts'
import { createTablePredictor, type TableAnswers } from './rows/predict-table.ts'
import { compileRowReader } from './rows/read-row.ts'
import { type LenientRows, ReportBuilder } from './rows/report.ts'
import {
  type CellError,
  type ColumnType,
  compileCheck,
  compileValidator,
  describeExpected,
  describeGot,
  type Schema,
} from './schema.ts'
import type { Task } from './trainers/types.ts'

export type Prediction = {
  /** Regression: a number. Classification: the most probable class, or the class by the model's threshold. */
  prediction: number | string
  /** In the order of `classes`. */
  probabilities?: number[]
}

/** With errors there are no predictions. */
export type PredictedRows = {
  errors: CellError[]
  predictions: (number | string)[]
  /** One row per prediction, in the order of `classes`. */
  probabilities?: number[][]
  classes?: string[]
}

export type LoadedPredictor = {
  /** `model.json`. */
  bundle: BundleManifest
  signature: Schema
  task: Task
  target: BundleManifest['target']
  classes?: string[]
  /** SHA-256 of the model; the same for equal models. */
  digest: string
  /**
   * Predicts JSON rows after checking them against the signature: all rows or, with errors, none. @throws EngineError for a prediction that
   * is not
   * finite.
   */
  predictRows(rows: readonly unknown[]): PredictedRows
  /**
   * Predicts JSON rows as people send them: cells are read by the format of their column, missing and unseen ones are answered and reported.
   * @param allowed a column that is not reported as an extra one.
   */
  predictLenient(rows: readonly unknown[], allowed?: string | null): LenientRows
  /**
   * Returns a function that predicts parts of a table given by column, with the same reading of cells; see `createTablePredictor`.
   * @param sources the types of the signature's columns in the table; undefined: the table lacks the column.
   */
  openTable(
    sources: readonly (ColumnType | undefined)[],
  ): (chunk: readonly ArrayLike<unknown>[], rows: number) => TableAnswers
  /** Reads one row without predicting: true when the lenient policy would answer it. */
  canRead(row: unknown): boolean
  /** The fast path for one row. */
  predictOne(row: unknown): ({ ok: true } & Prediction) | { ok: false; errors: CellError[] }
  /** A frame holding the signature's columns: regression values per row, or rows × classes probabilities. */
  predictFrame(frame: Frame): Float64Array
  /** Converts values or probabilities of `predictFrame` to predictions in terms of the target. */
  describe(values: Float64Array): { predictions: (number | string)[]; probabilities?: number[][] }
}

/**
 * Loads a packed bundle for inference; portable, executes nothing from the file.
 * @throws BundleError when the file is damaged, altered or newer than this engine.
 */
export function loadPredictor(bytes: Uint8Array): LoadedPredictor {
  const { files, digest } = unpackBundle(bytes)
  const { manifest, model: stored } = readBundle(files)
  const { signature, task, target, classes } = manifest
  const { pipeline, threshold, validate, checks, reader } = rejectMalformed(() => {
    const { recipe, model } = addFallbacks(manifest, stored)
    return {
      pipeline: compilePipeline(recipe, model, manifest.calibration),
      threshold: readThreshold(manifest),
      validate: compileValidator(signature),
      checks: signature.columns.map(column => ({ column, name: column.name, fits: compileCheck(column) })),
      reader: compileRowReader(signature, knowColumns(recipe, model)),
    }
  })
  const { predictFrame } = pipeline
  const width = classes?.length ?? 1
  const out = new Float64Array(width)

  const bestOf = (values: Float64Array, at: number) => {
    if (threshold !== null) return classes![values[at + 1]! >= threshold ? 1 : 0]!
    let best = 0
    for (let k = 1; k < width; k++) if (values[at + k]! > values[at + best]!) best = k
    return classes![best]!
  }
  const inWords = (values: Float64Array) => {
    if (!classes) return { predictions: Array.from(values) }
    const rows = values.length / width
    const predictions: string[] = new Array(rows)
    const probabilities: number[][] = new Array(rows)
    for (let i = 0; i < rows; i++) {
      predictions[i] = bestOf(values, i * width)
      probabilities[i] = Array.from(values.subarray(i * width, (i + 1) * width))
    }
    return { predictions, probabilities }
  }

  const lenient = createLenient({ pipeline, reader, signature, width, toAnswer: inWords })
  const clean = (): { prediction: number | string; probabilities?: number[] } =>
    classes ? { prediction: bestOf(out, 0), probabilities: Array.from(out) } : { prediction: out[0]! }

  return {
    bundle: manifest,
    signature,
    task,
    target,
    ...(classes ? { classes } : {}),
    digest,
    predictFrame,
    describe: inWords,
    predictRows(rows) {
      const { errors, frame } = validate(rows)
      if (errors.length > 0) return { errors, predictions: [] }
      const values = predictFrame(frame)
      refuseNoNumbers(values, width)
      return { errors, ...inWords(values), ...(classes ? { classes } : {}) }
    },
    predictLenient(rows, allowed) {
      const [row] = rows
      if (rows.length === 1 && reader.isClean(row, allowed)) {
        pipeline.predictRow(row, out)
        if (areFinite(out)) {
          const { prediction, probabilities } = clean()
          return probabilities
            ? { predictions: [prediction], probabilities: [probabilities] }
            : { predictions: [prediction] }
        }
      }
      return lenient(rows, allowed)
    },
    openTable: sources => createTablePredictor({ pipeline, reader, signature, width }, sources),
    canRead: row => reader.read(row, 0, new ReportBuilder(1)) !== null,
    predictOne(row) {
      let errors: CellError[] | undefined
      if (row === null || typeof row !== 'object' || Array.isArray(row)) {
        const expected = 'an object with one property per column'
        return { ok: false, errors: [{ row: 0, column: '', expected, got: describeGot(row) }] }
      }
      for (let c = 0; c < checks.length; c++) {
        const { name, column, fits } = checks[c]!
        const value = Object.hasOwn(row, name) ? (row as Record<string, unknown>)[name] : undefined
        if (value === undefined || value === null ? column.nullable : fits(value)) continue
        errors ??= []
        errors.push({ row: 0, column: name, expected: describeExpected(column), got: describeGot(value) })
      }
      if (errors) return { ok: false, errors }
      pipeline.predictRow(row as object, out)
      refuseNoNumbers(out, width)
      return { ok: true, ...clean() }
    },
  }
}

const areFinite = (values: Float64Array): boolean => {
  for (let k = 0; k < values.length; k++) if (!Number.isFinite(values[k]!)) return false
  return true
}

/** @throws EngineError `prediction`: NaN would be mistaken for a valid prediction downstream. */
function refuseNoNumbers(values: Float64Array, width: number): void {
  for (let k = 0; k < values.length; k++) {
    if (Number.isFinite(values[k]!)) continue
    throw new EngineError(
      'prediction',
      `The model gives no number for row ${Math.floor(k / width) + 1}.`,
      'Check the row for values far beyond those in training; when there are none, train the model again.',
    )
  }
}

/** Null: the most probable class is predicted. */
function readThreshold({ threshold, task, classes }: BundleManifest): number | null {
  if (threshold === undefined) return null
  const sound = task === 'binary' && classes?.length === 2 && threshold.value >= 0 && threshold.value <= 1
  if (!sound) throw new BundleError('manifest', 'The threshold of the model is damaged.')
  return threshold.value
}
