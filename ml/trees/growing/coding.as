/**
 * Bins of one column of a chunk of cells (f64, row-major, `cols` wide): how many of its edges lie below the cell. `edges` holds
 * 2^steps − 1 ascending numbers, filled up with +∞. A missing cell gets the bin `missing`.
 * @returns how many were missing
 */
export function codeNumbers(
  cells: usize,
  rows: u32,
  cols: u32,
  column: u32,
  edges: usize,
  steps: u32,
  missing: u32,
  out: usize,
  stride: u32,
): u32 {
  let lost: u32 = 0
  let from = cells + (<usize>column << 3)
  let to = out + column
  for (let i: u32 = 0; i < rows; i++) {
    const value = load<f64>(from)
    let place: usize = 0
    for (let half: usize = 1 << (steps - 1); half > 0; half >>>= 1) {
      // select, not a branch: half of them would be guessed wrongly
      place += select<usize>(half, 0, load<f64>(edges + ((place + half - 1) << 3)) < value)
    }
    store<u8>(to, select<u32>(missing, <u32>place, value != value))
    lost += <u32>(value != value)
    from += <usize>cols << 3
    to += stride
  }
  return lost
}

/** The same for codes of categories: those from `last` on share its bin. @returns how many were missing */
export function codeCategories(
  cells: usize,
  rows: u32,
  cols: u32,
  column: u32,
  last: u32,
  missing: u32,
  out: usize,
  stride: u32,
): u32 {
  let lost: u32 = 0
  let from = cells + (<usize>column << 3)
  let to = out + column
  for (let i: u32 = 0; i < rows; i++) {
    const value = load<f64>(from)
    // A negative or missing code would trap when it becomes a whole number.
    const code = <u32>(value > 0 ? min<f64>(<f64>last, value) : 0)
    store<u8>(to, select<u32>(missing, code, value != value))
    lost += <u32>(value != value)
    from += <usize>cols << 3
    to += stride
  }
  return lost
}

/** Rows of bins, column by column. In blocks that stay in the cache. */
export function transpose(bins: usize, rows: u32, cols: u32, out: usize): void {
  const block: u32 = 512
  for (let begin: u32 = 0; begin < rows; begin += block) {
    const end = min(rows, begin + block)
    for (let column: u32 = 0; column < cols; column++) {
      let from = bins + <usize>begin * cols + column
      const to = out + <usize>column * rows
      for (let i = begin; i < end; i++) {
        store<u8>(to + i, load<u8>(from))
        from += cols
      }
    }
  }
}
