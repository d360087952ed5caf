/** Sums the leaves of packed trees; both implementations (loops, WebAssembly) give the same bits. */
export type Scorer = {
  /** Adds the leaf values of the row whose cells start at `offset` to `scores` (as wide as the model's base). */
  addRow(x: ArrayLike<number>, offset: number, scores: Float64Array): void
  /** The same for `rows` rows from `first` on: `scores` is rows × width, and belongs to row `first` at 0. */
  addRows(x: ArrayLike<number>, first: number, rows: number, scores: Float64Array): void
  /** Suitable number of rows per call of `addRows`. */
  block: number
}
