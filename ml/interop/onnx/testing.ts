import { InferenceSession, Tensor } from 'onnxruntime-node'
import { packBundle } from '../../format/bundle.ts'
import type { Frame, FrameColumn } from '../../frame/frame.ts'
import type { FittedRecipe } from '../../recipe/types.ts'
import { createGraph, type GraphBuilder } from './graph.ts'
import { importOnnx } from './import/import-onnx.ts'

/** For tests and measurements: an exported model run by ONNX Runtime on a frame. */
export async function runExported(
  file: Uint8Array,
  recipe: FittedRecipe,
  frame: Frame,
): Promise<InferenceSession.ReturnType> {
  const session = await InferenceSession.create(file, { intraOpNumThreads: 1, interOpNumThreads: 1 })
  const feeds: Record<string, Tensor> = {}
  for (const input of recipe.inputs) feeds[input.name] = tensorOf(frame.columns.get(input.name)!, frame.rows)
  try {
    return await session.run(feeds)
  } finally {
    await session.release()
  }
}

function tensorOf(column: FrameColumn, rows: number): Tensor {
  const shape = [rows, 1]
  if (column.type === 'category') {
    return new Tensor(
      'string',
      Array.from(column.codes, code => column.dictionary[code] ?? ''),
      shape,
    )
  }
  if (column.type === 'text')
    return new Tensor(
      'string',
      column.values.map(value => value ?? ''),
      shape,
    )
  if (column.type === 'datetime') {
    const times = BigInt64Array.from(column.values, ms => (Number.isNaN(ms) ? -(2n ** 63n) : BigInt(ms)))
    return new Tensor('int64', times, shape)
  }
  return new Tensor('float64', column.values, shape)
}

/**
 * Returns the largest difference, relative to the size of predictions (at least 1): single precision has seven digits of the largest term.
 */
export function largestDifference(ours: Float64Array, theirs: ArrayLike<number>): number {
  let squares = 0
  for (const value of ours) squares += value * value
  const scale = Math.max(1, Math.sqrt(squares / Math.max(1, ours.length)))
  let worst = 0
  for (let k = 0; k < ours.length; k++) {
    const difference = Math.abs(ours[k]! - theirs[k]!) / scale
    // NaN never compares: a missing prediction counts as infinitely wrong.
    worst = Number.isNaN(difference) ? Number.POSITIVE_INFINITY : Math.max(worst, difference)
  }
  return worst
}

/** A regression file of one float input `x1`; `build` returns a tensor of one number per row. */
function graphOf(build: (graph: GraphBuilder, x: string) => string): Uint8Array {
  const graph = createGraph()
  const x = graph.input('x', 'float')
  graph.output('prediction', build(graph, x), 'float', 1)
  return graph.finish('test', '1', {})
}

/** As many as the largest cell says, as a shape of one axis. */
function countIn(graph: GraphBuilder, x: string): string {
  const largest = graph.add('ReduceMax', [x], { keepdims: { int: 0 } })
  return graph.add('Reshape', [graph.add('Cast', [largest], { to: { int: 7 } }), graph.constant('int64', [1], [1])])
}

const plusSum = (graph: GraphBuilder, x: string, large: string) =>
  graph.add('Add', [x, graph.add('ReduceSum', [large], { keepdims: { int: 0 } })])

/** Twice the cell; `variant` makes other bytes of it. */
export const doublingGraph = (variant = 0): Uint8Array =>
  graphOf((graph, x) => {
    let value = graph.add('Add', [x, x])
    for (let k = 0; k < variant; k++) value = graph.add('Identity', [value])
    return value
  })

/** Takes four bytes of memory for each unit of the largest cell: a size that depends on a value. */
export const bombGraph = (): Uint8Array =>
  graphOf((graph, x) => plusSum(graph, x, graph.add('ConstantOfShape', [countIn(graph, x)])))

/** Takes time, not much memory, for each unit of the largest cell: 60 products of 300 × 300. */
export const slowGraph = (): Uint8Array =>
  graphOf((graph, x) => {
    const width = graph.constant('int64', [1], [300])
    const square = graph.constant('float', [300, 300], new Float64Array(90_000).fill(1e-3))
    let value = graph.add('ConstantOfShape', [graph.add('Concat', [countIn(graph, x), width], { axis: { int: 0 } })])
    for (let k = 0; k < 60; k++) value = graph.add('MatMul', [value, square])
    return plusSum(graph, x, value)
  })

/** Slow for every row: products of squares as large as `side`. */
export const heavyGraph = (side: number, products: number): Uint8Array =>
  graphOf((graph, x) => {
    const scalar = graph.add('ReduceMax', [x], { keepdims: { int: 0 } })
    const square = graph.constant('float', [side, side], new Float64Array(side * side).fill(1e-3))
    let value = graph.add('Mul', [square, scalar])
    for (let k = 0; k < products; k++) value = graph.add('MatMul', [value, square])
    return plusSum(graph, x, value)
  })

/** Takes `megabytes` for each row, whatever its cells are: harmless with one, harmful with all that run at once. */
export const wideGraph = (megabytes: number): Uint8Array =>
  graphOf((graph, x) => {
    const shape = graph.constant('int64', [2], [1, megabytes * 2 ** 18])
    const wide = graph.add('Add', [graph.add('Expand', [x, shape]), x])
    return graph.add('ReduceMean', [wide], { axes: { ints: [1] }, keepdims: { int: 1 } })
  })

/** A bundle with this file inside, whatever an import says of it: what a forged or an older bundle may hold. */
export function bundleAround(file: Uint8Array): Uint8Array {
  const content = importOnnx({ file: doublingGraph(), target: 'y' })
  const tensors = { model: { dtype: 'U8' as const, shape: [file.length], data: file } }
  return packBundle({ ...content, model: { ...content.model, tensors } })
}
