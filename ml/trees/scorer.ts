/** Sums the leaves of packed trees; both ways of doing it (loops, WebAssembly) give the same bits. */
export type Scorer = {
  /** Adds to `scores` (as wide as the model's base) what the trees say of the row whose cells start at `offset`. */
  addRow(x: ArrayLike<number>, offset: number, scores: Float64Array): void
  /** The same for `rows` rows from `first` on: `scores` is rows × width, and belongs to row `first` at 0. */
  addRows(x: ArrayLike<number>, first: number, rows: number, scores: Float64Array): void
  /** Rows at a time that suit `addRows`. */
  block: number
}
