import { EngineError, exampleRow, loadPredictor, type Schema } from '#ml/predict.ts'
import '#ml/onnx.ts'
import { AppError, type ErrorDetail } from '#server/kernel/errors.ts'

export interface ModelAnswer {
  predictions: (number | string | null)[]
  /** A row per prediction, in the order of `classes`. */
  probabilities?: number[][]
}

export type ModelOutcome = { answer: ModelAnswer } | { errors: ErrorDetail[] }

/** A model compiled in this process: answers without waiting. */
export interface CompiledModel extends LoadedModel {
  predict(rows: readonly unknown[]): ModelOutcome
}

/** A bundle compiled to code: requests parse and compile nothing of it. */
export interface LoadedModel {
  classes?: string[]
  /** Columns of the requests. */
  signature: Schema
  /**
   * Predicts all rows or none: `errors` lists every cell that does not fit. Throws `invalid` if a prediction is not a number. A promise only
   * for a model outside of this process: own models answer at once.
   */
  predict(rows: readonly unknown[]): ModelOutcome | Promise<ModelOutcome>
}

/** Loads a bundle and predicts an example row until the code is compiled, so that the first request is not slow. Throws `EngineError`. */
export function loadModel(bytes: Uint8Array): CompiledModel {
  const predictor = loadPredictor(bytes)
  const { classes, signature } = predictor
  const answer: CompiledModel['predict'] = rows => {
    if (rows.length === 1) {
      const one = predictor.predictOne(rows[0])
      if (!one.ok) return { errors: one.errors }
      const { prediction, probabilities } = one
      return {
        answer: probabilities
          ? { predictions: [prediction], probabilities: [probabilities] }
          : { predictions: [prediction] },
      }
    }
    const { errors, predictions, probabilities } = predictor.predictRows(rows)
    if (errors.length > 0) return { errors }
    return { answer: probabilities ? { predictions, probabilities } : { predictions } }
  }
  const model: CompiledModel = {
    ...(classes ? { classes } : {}),
    signature,
    predict(rows) {
      try {
        return answer(rows)
      } catch (error) {
        if (error instanceof EngineError)
          throw new AppError('invalid', error.message, { hint: error.hint, cause: error })
        throw error
      }
    },
  }
  const row = exampleRow(signature)
  for (let i = 0; i < 200; i++) model.predict([row])
  return model
}
