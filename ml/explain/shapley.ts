import { EngineError } from '../errors.ts'
import { type Frame, takeColumnRows, takeRows } from '../frame/frame.ts'
import { createRandom } from '../random.ts'
import { columnFrom, columnOf, type PredictFrame, rawCell, withColumns } from './columns.ts'
import type { Contribution } from './types.ts'

/** Up to this many columns all coalitions are evaluated: 2¹⁰ × background rows predictions. */
export const MAX_EXACT = 10

export type ShapleyRequest = {
  /** Frame and index of the row to explain. */
  frame: Frame
  row: number
  /** Background rows that replace the cells of columns left out; 20 to 100 are sensible. */
  background: Frame
  columns: readonly string[]
  predictFrame: PredictFrame
  /** Numbers per row that `predictFrame` returns, and the index of the explained one. */
  width: number
  output: number
  /** Random column orders per background row if there are too many columns for all coalitions; default 8. */
  orders?: number
  seed: number
}

export type ShapleyResult = {
  /** Mean prediction of the background; `base` + all contributions = `prediction`. */
  base: number
  prediction: number
  /** Largest absolute value first. */
  contributions: Contribution[]
  exact: boolean
}

/**
 * Computes Shapley values of one prediction of any model: the average contribution of each column over all orders in which columns could
 * become known, with unknown columns taken from background rows (interventional; Lundberg and Lee 2017). Exact by enumeration for at most
 * ten
 * columns; otherwise by random orders and their reverses, one background row each (Štrumbelj and Kononenko 2014; antithetic pairs as in
 * Mitchell et al. 2022), which is unbiased and also adds up exactly.
 * @throws EngineError `background` when it has no rows.
 */
export function explainRow(request: ShapleyRequest): ShapleyResult {
  const { frame, row, background, columns } = request
  if (background.rows === 0) {
    throw new EngineError('background', 'An explanation needs rows to compare with, and there are none.')
  }
  const cells = columns.map(name => rawCell(columnOf(frame, name), row))
  const exact = columns.length <= MAX_EXACT
  const values = exact ? enumerated(request, cells) : sampled(request, cells)
  const prediction = request.predictFrame(takeRows(frame, [row]))[request.output]!
  const contributions = columns.map((name, c) => ({ name, value: values.parts[c]! }))
  // Cells of unexplained columns differ too; only then is the sum less than the prediction.
  contributions.sort((a, b) => Math.abs(b.value) - Math.abs(a.value) || (a.name < b.name ? -1 : 1))
  return { base: values.base, prediction, contributions, exact }
}

type Parts = { base: number; parts: Float64Array }

function enumerated(request: ShapleyRequest, cells: readonly (number | string | null)[]): Parts {
  const { background, columns, width, output, predictFrame } = request
  const count = columns.length
  const known = columns.map((name, c) => columnFrom(columnOf(background, name), background.rows, () => cells[c]!))
  const worth = new Float64Array(1 << count)
  for (let mask = 0; mask < worth.length; mask++) {
    const predicted = predictFrame(
      withColumns(
        background,
        known.filter((_, c) => mask & (1 << c)),
      ),
    )
    for (let i = 0; i < background.rows; i++) worth[mask]! += predicted[i * width + output]! / background.rows
  }
  // Weight of a coalition of s others: s! (count − s − 1)! / count! = 1 / (count · C(count − 1, s)).
  const weights = new Float64Array(count)
  let choose = 1
  for (let s = 0; s < count; s++) {
    weights[s] = 1 / (count * choose)
    choose = (choose * (count - 1 - s)) / (s + 1)
  }
  const parts = new Float64Array(count)
  for (let mask = 0; mask < worth.length; mask++) {
    let size = 0
    for (let c = 0; c < count; c++) if (mask & (1 << c)) size++
    for (let c = 0; c < count; c++) {
      if (!(mask & (1 << c))) parts[c]! += weights[size]! * (worth[mask | (1 << c)]! - worth[mask]!)
    }
  }
  return { base: worth[0]!, parts }
}

function sampled(request: ShapleyRequest, cells: readonly (number | string | null)[]): Parts {
  const { background, columns, width, output, predictFrame } = request
  const random = createRandom(request.seed)
  const pairs = Math.max(1, Math.ceil((request.orders ?? 8) / 2))
  const walks = background.rows * pairs * 2
  // Every background row is used equally often, so that the base is exactly their mean.
  const start = Int32Array.from({ length: walks }, (_, w) => (w >> 1) % background.rows)
  const orders: Int32Array[] = []
  for (let w = 0; w < walks; w += 2) {
    const order = random.shuffle(Int32Array.from(columns, (_, c) => c))
    orders.push(order, order.slice().reverse())
  }
  let current: Frame = takeRows(background, start)
  let before = predictFrame(current)
  const parts = new Float64Array(columns.length)
  let base = 0
  for (let w = 0; w < walks; w++) base += before[w * width + output]! / walks
  const stepOf = Array.from({ length: walks }, (_, w) => {
    const at = new Int32Array(columns.length)
    for (let s = 0; s < at.length; s++) at[orders[w]![s]!] = s
    return at
  })
  const own = columns.map(name => takeColumnRows(columnOf(background, name), start))
  for (let s = 0; s < columns.length; s++) {
    current = withColumns(
      current,
      columns.map((_, c) => columnFrom(own[c]!, walks, w => (stepOf[w]![c]! <= s ? cells[c]! : rawCell(own[c]!, w)))),
    )
    const after = predictFrame(current)
    for (let w = 0; w < walks; w++) {
      parts[orders[w]![s]!]! += (after[w * width + output]! - before[w * width + output]!) / walks
    }
    before = after
  }
  return { base, parts }
}
