import { readFile } from 'node:fs/promises'
import { EngineError, exampleRow, type LoadedPredictor, loadPredictor, type SchemaColumn } from '#ml/index.ts'
import type { OpenedService } from '#server/platform/tasks/define-service.ts'
import '#ml/onnx.ts'

const NUMBERS = [0, 1, -1, 6, -6]
/** Times that differ by a factor: a size or a number of steps that follows a cell shows itself before it takes hours. */
const LARGE = [1e3, -1e3, 1e5, 1e6, 1e7, 1e8, 1e9, 1e12, -1e12]
const LONG_TEXT = 'x'.repeat(10_000)
/** What a request may hold at once (`ml/interop/onnx/runtime/pipeline.ts` runs as many together). */
const MANY = [50, 400, 2048]

type Row = Record<string, unknown>

const isNumber = ({ type }: SchemaColumn) => type === 'number' || type === 'integer'

/**
 * Loads the bundle and predicts generated rows: a few one by one and together, some with large cells, and as many as run at once. Slow
 * models are tried with fewer rows. The process is ended when it exceeds a limit.
 */
export async function open({
  bundle,
  milliseconds,
}: {
  bundle: string
  milliseconds: number
}): Promise<OpenedService<undefined, never, never>> {
  const end = performance.now() + milliseconds
  const predictor = loadPredictor(await readFile(bundle))
  requireAnswer(predictor)
  for (const number of LARGE)
    if (performance.now() < end) tolerate(() => predictor.predictRows([largeRow(predictor, number)]))
  let [before, took] = [1, 0]
  for (const count of MANY) {
    if (performance.now() + (took * count) / before > end) break
    const begun = performance.now()
    tolerate(() => predictor.predictRows(new Array<Row>(count).fill(exampleRow(predictor.signature))))
    ;[before, took] = [count, performance.now() - begun]
  }
  return {
    ready: undefined,
    answer() {
      throw new Error('the trial is over')
    },
  }
}

function requireAnswer(predictor: LoadedPredictor): void {
  const rows = NUMBERS.map(n => ({
    ...exampleRow(predictor.signature),
    // Scores that look like probabilities for one row may not for all.
    ...Object.fromEntries(
      predictor.signature.columns
        .filter(column => column.domain === undefined && isNumber(column))
        .map(({ name }, k) => [name, k % 2 === 0 ? n : -n]),
    ),
  }))
  try {
    predictor.predictOne(rows[0])
    predictor.predictRows(rows)
  } catch (error) {
    // A generated row without a prediction is not an error of the model.
    if (!(error instanceof EngineError) || error.code !== 'prediction') throw error
  }
}

function largeRow({ signature }: LoadedPredictor, number: number): Row {
  return {
    ...exampleRow(signature),
    ...Object.fromEntries(
      signature.columns.flatMap((column): [string, unknown][] => {
        if (isNumber(column)) return [[column.name, number]]
        return column.type === 'text' || column.type === 'category' ? [[column.name, LONG_TEXT]] : []
      }),
    ),
  }
}

/** A model may refuse what it was not made for; it may not take all memory for it. */
function tolerate(predict: () => void): void {
  try {
    predict()
  } catch (error) {
    if (!(error instanceof EngineError) || error.code === 'onnx-memory') throw error
  }
}
