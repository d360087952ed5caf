import { BundleError, EngineError } from '../../../errors.ts'
import { toText } from '../../../frame/cell.ts'
import type { Frame } from '../../../frame/frame.ts'
import type { Pipeline } from '../../../pipeline.ts'
import { compileLoader, compileReader, compileTextLoader, frameColumn } from '../../../recipe/load.ts'
import type { FittedInput, FittedRecipe } from '../../../recipe/types.ts'
import { takeTensor } from '../../../trainers/tensors.ts'
import type { Model } from '../../../trainers/types.ts'
import { checkOnnx } from '../import/check-file.ts'
import type { OnnxConfig, OnnxFeed, OnnxOutput } from '../import/import-onnx.ts'
import { type Feed, openSession } from './session.ts'

/** Rows per batch: enough for throughput, few enough for wide models. */
const BATCH = 2048
const MISSING_TIME = -(2n ** 63n)

/** Numbers of one column, NaN missing, or its texts, null missing. */
type Cells = { numbers: Float64Array } | { texts: (string | null)[] }

/**
 * Compiles an imported ONNX model: cells are fed into its inputs and outputs are read as values or probabilities. Everything is validated
 * again, because a bundle may come from anywhere.
 * @throws BundleError when the bundle is damaged; EngineError `onnx-…`.
 */
export function onnxPipeline(recipe: FittedRecipe, model: Model): Pipeline {
  const config = requireConfig(model)
  const bytes = takeTensor(model, 'model', [model.tensors.model?.shape[0] ?? 0])
  if (!(bytes instanceof Uint8Array)) throw new BundleError('weights', 'The ONNX file of the model is no bytes.')
  checkOnnx(bytes)
  const session = openSession(bytes)
  const width = model.task === 'regression' ? 1 : model.classCount
  const inputs = new Map(recipe.inputs.map(input => [input.name, input]))
  const feeds = config.inputs.map(feed => ({
    feed,
    columns: feed.columns.map(name => {
      const input = inputs.get(name)
      if (!input) throw new BundleError('manifest', `The model reads “${name}”, which is no input.`)
      return input
    }),
  }))

  const predict = (rows: number, cellsOf: (input: FittedInput, asText: boolean) => Cells, out: Float64Array) => {
    const given: Record<string, Feed> = {}
    for (const { feed, columns } of feeds) {
      const cells = columns.map(input => cellsOf(input, feed.element === 'string'))
      given[feed.name] = makeFeed(feed, cells, rows)
    }
    const { data, shape } = session.run(given, config.output.name)
    readOutput(data, shape, rows, width, config.output, out)
  }

  return {
    width,
    predictFrame(frame) {
      const result = new Float64Array(frame.rows * width)
      const load = openFrame(frame)
      for (let start = 0; start < frame.rows; start += BATCH) {
        const rows = Math.min(BATCH, frame.rows - start)
        predict(
          rows,
          (input, asText) => load(input, asText, start, rows),
          result.subarray(start * width, (start + rows) * width),
        )
      }
      return result
    },
    predictRow(row, out) {
      const cell = (name: string) => (Object.hasOwn(row, name) ? (row as Record<string, unknown>)[name] : null)
      predict(
        1,
        (input, asText) =>
          asText
            ? { texts: [toText(cell(input.name))] }
            : { numbers: Float64Array.of(compileReader(input)(cell(input.name))) },
        out,
      )
    },
  }
}

function requireConfig(model: Model): OnnxConfig {
  const { inputs, output } = model.config as Partial<OnnxConfig>
  const sound =
    Array.isArray(inputs) &&
    inputs.length > 0 &&
    inputs.every(feed => typeof feed?.name === 'string' && Array.isArray(feed.columns) && feed.columns.length > 0) &&
    inputs.every(feed => feed.element in FEED_TYPES && (feed.rank === 2 || feed.columns.length === 1)) &&
    typeof output?.name === 'string' &&
    output.kind === (model.task === 'regression' ? 'values' : 'probabilities') &&
    (output.order === undefined || isOrder(output.order, model.classCount))
  if (!sound) throw new BundleError('manifest', 'What the ONNX model takes and gives is not described.')
  return model.config as OnnxConfig
}

const isOrder = (order: unknown, count: number) =>
  Array.isArray(order) && order.length === count && new Set(order).size === count && order.every(k => k in order)

function openFrame(frame: Frame) {
  return (input: FittedInput, asText: boolean, start: number, rows: number): Cells => {
    const column = frameColumn(frame, input.name)
    if (asText) {
      const texts: (string | null)[] = new Array(rows)
      compileTextLoader(column)(texts, start, rows)
      return { texts }
    }
    const numbers = new Float64Array(rows)
    compileLoader(input, column)(numbers, start, rows)
    return { numbers }
  }
}

const FEED_TYPES = {
  float: 'float32',
  double: 'float64',
  int32: 'int32',
  int64: 'int64',
  bool: 'bool',
  string: 'string',
} as const

/** Columns side by side, rows × columns. */
function makeFeed(feed: OnnxFeed, cells: readonly Cells[], rows: number): Feed {
  const width = cells.length
  const shape = feed.rank === 1 ? [rows] : [rows, width]
  const type = FEED_TYPES[feed.element]
  const fill = <T>(data: { [k: number]: T }, cell: (cells: Cells, row: number) => T) => {
    for (let c = 0; c < width; c++) for (let i = 0; i < rows; i++) data[i * width + c] = cell(cells[c]!, i)
  }
  const number = (each: Cells, i: number) => ('numbers' in each ? each.numbers[i]! : Number.NaN)
  const whole = (each: Cells, i: number) => {
    const value = number(each, i)
    if (Number.isNaN(value) && feed.missing === undefined) {
      throw new EngineError(
        'prediction',
        `The model takes no missing cell in “${feed.columns.join(', ')}”.`,
        'Fill it before.',
      )
    }
    return value
  }
  const length = rows * width
  switch (feed.element) {
    case 'string': {
      const data: string[] = new Array(length)
      fill(data, (each, i) => ('texts' in each ? each.texts[i] : null) ?? feed.missing ?? '')
      return { type, data, shape }
    }
    case 'int64': {
      const data = new BigInt64Array(length)
      fill(data, (each, i) => {
        const value = whole(each, i)
        return Number.isNaN(value) ? MISSING_TIME : BigInt(Math.trunc(value))
      })
      return { type, data, shape }
    }
    case 'int32':
    case 'bool': {
      const data = feed.element === 'bool' ? new Uint8Array(length) : new Int32Array(length)
      fill(data, whole)
      return { type, data, shape }
    }
    default: {
      const data = feed.element === 'float' ? new Float32Array(length) : new Float64Array(length)
      fill(data, number)
      return { type, data, shape }
    }
  }
}

/** Maximum deviation of a row's probabilities from a sum of 1: they are single precision. */
const SUM_TOLERANCE = 1e-3

function readOutput(
  data: ArrayLike<number | bigint>,
  shape: readonly number[],
  rows: number,
  width: number,
  output: OnnxOutput,
  out: Float64Array,
): void {
  const given = data.length / Math.max(1, rows)
  const { order } = output
  const onlySecond = output.kind === 'probabilities' && width === 2 && given === 1
  if (given !== width && !onlySecond) {
    throw new EngineError(
      'onnx-run',
      `The ONNX model gives ${shape.join(' × ')} for ${rows} rows, where ${width} per row are needed.`,
      'Import it for the task it was trained for, with all of its classes.',
    )
  }
  for (let i = 0; i < rows; i++) {
    if (onlySecond) {
      const p = Number(data[i])
      out[2 * i + (order?.[0] ?? 0)] = 1 - p
      out[2 * i + (order?.[1] ?? 1)] = p
    } else for (let k = 0; k < width; k++) out[i * width + k] = Number(data[i * width + (order?.[k] ?? k)])
    if (output.kind === 'values') continue
    let sum = 0
    let sound = true
    let known = true
    for (let k = 0; k < width; k++) {
      const p = out[i * width + k]!
      sum += p
      known &&= !Number.isNaN(p)
      sound &&= p >= -SUM_TOLERANCE && p <= 1 + SUM_TOLERANCE
    }
    // NaN is rejected by the caller.
    if (!known) continue
    if (!sound || Math.abs(sum - 1) > SUM_TOLERANCE) {
      throw new EngineError(
        'onnx-run',
        'What the ONNX model gives are no probabilities: they are not between 0 and 1, or do not sum to 1.',
        'Export it with its sigmoid or softmax as the last step.',
      )
    }
    for (let k = 0; k < width; k++) out[i * width + k] = Math.min(1, Math.max(0, out[i * width + k]! / sum))
  }
}
