import { EngineError, exampleRow, type LenientRows, loadPredictor, type Schema } from '#ml/predict.ts'
import { AppError, type ErrorDetail } from '#server/kernel/errors.ts'
import type { RowPolicy } from '#server/serving/contract.ts'

/** How the rows of a request are read. */
export interface Reading {
  policy: RowPolicy
  /** A column of the rows that the model need not know. */
  timeColumn: string | null
}

/** Probabilities: a row per prediction, in the order of `classes`. */
export type ModelAnswer = LenientRows

/** With errors, `answerable` is whether the lenient policy would have answered every row. */
export type ModelOutcome = { answer: ModelAnswer } | { errors: ErrorDetail[]; answerable: boolean }

/** A model compiled in this process: answers without waiting. */
export interface CompiledModel extends LoadedModel {
  predict(rows: readonly unknown[], reading?: Reading): ModelOutcome
}

const STRICT: Reading = { policy: 'strict', timeColumn: null }

/** A bundle compiled to code: requests parse and compile nothing of it. */
export interface LoadedModel {
  classes?: string[]
  /** Columns of the requests. */
  signature: Schema
  /**
   * Strict (the default): predicts all rows or none: `errors` lists every cell that does not fit; throws `invalid` if a prediction is not a
   * number. Lenient: answers every row that can be understood. A promise only for a model outside of this process: own models answer at once.
   */
  predict(rows: readonly unknown[], reading?: Reading): ModelOutcome | Promise<ModelOutcome>
}

/** Loads a bundle and predicts an example row until the code is compiled, so that the first request is not slow. Throws `EngineError`. */
export function loadModel(bytes: Uint8Array): CompiledModel {
  const predictor = loadPredictor(bytes)
  const { classes, signature } = predictor
  const refuse = (rows: readonly unknown[], errors: ErrorDetail[]): ModelOutcome => ({
    errors,
    answerable: rows.every(row => predictor.canRead(row)),
  })
  const answer = (rows: readonly unknown[], { policy, timeColumn }: Reading): ModelOutcome => {
    if (policy === 'lenient') return { answer: predictor.predictLenient(rows, timeColumn) }
    if (rows.length === 1) {
      const one = predictor.predictOne(rows[0])
      if (!one.ok) return refuse(rows, one.errors)
      const { prediction, probabilities } = one
      return {
        answer: probabilities
          ? { predictions: [prediction], probabilities: [probabilities] }
          : { predictions: [prediction] },
      }
    }
    const { errors, predictions, probabilities } = predictor.predictRows(rows)
    if (errors.length > 0) return refuse(rows, errors)
    return { answer: probabilities ? { predictions, probabilities } : { predictions } }
  }
  const model: CompiledModel = {
    ...(classes ? { classes } : {}),
    signature,
    predict(rows, reading = STRICT) {
      try {
        return answer(rows, reading)
      } catch (error) {
        if (error instanceof EngineError)
          throw new AppError('invalid', error.message, { hint: error.hint, cause: error })
        throw error
      }
    },
  }
  warmUp(model)
  return model
}

/** Enough for the compiler of V8; a slow model stops after the time. */
const WARM_UP_ROWS = 200
const WARM_UP_MS = 250

function warmUp({ signature, predict }: CompiledModel): void {
  const row = exampleRow(signature)
  const end = performance.now() + WARM_UP_MS
  try {
    for (let i = 0; i < WARM_UP_ROWS && performance.now() < end; i++) {
      predict([row])
      predict([row], { policy: 'lenient', timeColumn: null })
    }
  } catch (error) {
    // A generated row without a prediction is not an error of the model.
    if (((error as Error).cause as { code?: unknown } | undefined)?.code !== 'prediction') throw error
  }
}
