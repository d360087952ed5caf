import { readFile } from 'node:fs/promises'
import { EngineError, exampleRow, loadPredictor, type SchemaColumn } from '#ml/index.ts'
import '#ml/onnx.ts'

const NUMBERS = [0, 1, -1, 6, -6]
const isOpenNumber = ({ type, domain }: SchemaColumn) =>
  domain === undefined && (type === 'number' || type === 'integer')

/** Loads the bundle and predicts generated rows, one by one and together. */
export async function run({ bundle }: { bundle: string }): Promise<void> {
  try {
    const predictor = loadPredictor(await readFile(bundle))
    const rows = NUMBERS.map(n => ({
      ...exampleRow(predictor.signature),
      // Scores that look like probabilities for one row may not for all.
      ...Object.fromEntries(
        predictor.signature.columns.filter(isOpenNumber).map(({ name }, k) => [name, k % 2 === 0 ? n : -n]),
      ),
    }))
    predictor.predictOne(rows[0])
    predictor.predictRows(rows)
  } catch (error) {
    // A generated row without a prediction is not an error of the model.
    if (!(error instanceof EngineError) || error.code !== 'prediction') throw error
  }
}
