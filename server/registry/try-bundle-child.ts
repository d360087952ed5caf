/** Loads the bundle at the path it is given, answers made-up rows, and says on one line how that went. */
import { readFile } from 'node:fs/promises'
import { EngineError, exampleRow, loadPredictor, type SchemaColumn } from '#ml/index.ts'
import '#ml/onnx.ts'

const NUMBERS = [0, 1, -1, 6, -6]
const isOpenNumber = ({ type, domain }: SchemaColumn) =>
  domain === undefined && (type === 'number' || type === 'integer')

async function attempt(path: string): Promise<{ message?: string; hint?: string }> {
  try {
    const predictor = loadPredictor(await readFile(path))
    const rows = NUMBERS.map(n => ({
      ...exampleRow(predictor.signature),
      // Scores that look like probabilities of one row do not of all.
      ...Object.fromEntries(
        predictor.signature.columns.filter(isOpenNumber).map(({ name }, k) => [name, k % 2 === 0 ? n : -n]),
      ),
    }))
    predictor.predictOne(rows[0])
    predictor.predictRows(rows)
    return {}
  } catch (error) {
    if (!(error instanceof EngineError)) throw error
    // No number for a made-up row is no fault of the model.
    return error.code === 'prediction' ? {} : { message: error.message, hint: error.hint }
  }
}

process.stdout.write(`\n${JSON.stringify(await attempt(process.argv[2]!))}\n`)
