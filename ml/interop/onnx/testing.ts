import { InferenceSession, Tensor } from 'onnxruntime-node'
import type { Frame, FrameColumn } from '../../frame/frame.ts'
import type { FittedRecipe } from '../../recipe/types.ts'

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
