import { clear, copyBytes } from './bytes'
// Cells to bins. What a column asks for lies in PLAN_BYTES.
const PLAN_BYTES: usize = 16
const P_EDGES: usize = 0 // u32 address; 0: a category
const P_STEPS: usize = 4 // u32: 2^steps − 1 ascending edges (f64), filled up with +∞
const P_MISSING: usize = 8 // u32: the bin of missing cells
const P_LOST: usize = 12 // u32: 1 once some cell was missing

/** Rows coded at a time: their cells stay in the cache from column to column. */
const BLOCK: u32 = 256

/** Bins of `rows` rows of row-major cells, single or double precision, to `out`, row-major. */
export function code(plans: usize, cells: usize, wide: bool, rows: u32, cols: u32, out: usize): void {
  const width = <usize>cols * (wide ? 8 : 4)
  for (let begin: u32 = 0; begin < rows; begin += BLOCK) {
    const count = min(BLOCK, rows - begin)
    const from = cells + begin * width
    const to = out + <usize>begin * cols
    if (wide) codeBlock<f64>(plans, from, count, cols, to)
    else codeBlock<f32>(plans, from, count, cols, to)
  }
}

// @ts-ignore: decorator
@inline function codeBlock<T extends number>(plans: usize, cells: usize, rows: u32, cols: u32, out: usize): void {
  for (let column: u32 = 0; column < cols; column++) {
    const plan = plans + column * PLAN_BYTES
    const from = cells + column * sizeof<T>()
    const lost =
      load<u32>(plan, P_EDGES) != 0
        ? codeNumbers<T>(plan, from, rows, cols, out + column)
        : codeCategories<T>(plan, from, rows, cols, out + column)
    // Threads may do so at the same time: they all write the same.
    if (lost) store<u32>(plan, 1, P_LOST)
  }
}

/** The bin of a number: how many edges lie below it. @returns whether one was missing */
function codeNumbers<T extends number>(plan: usize, from: usize, rows: u32, cols: u32, to: usize): bool {
  const edges = <usize>load<u32>(plan, P_EDGES)
  const first: usize = 1 << (load<u32>(plan, P_STEPS) - 1)
  const missing = load<u32>(plan, P_MISSING)
  let lost: u32 = 0
  for (let i: u32 = 0; i < rows; i++) {
    const value = <f64>load<T>(from)
    let place: usize = 0
    for (let half = first; half > 0; half >>>= 1) {
      // select, not a branch: half of them would be guessed wrongly
      place += select<usize>(half, 0, load<f64>(edges + ((place + half - 1) << 3)) < value)
    }
    store<u8>(to, select<u32>(missing, <u32>place, value != value))
    lost |= <u32>(value != value)
    from += <usize>cols * sizeof<T>()
    to += cols
  }
  return lost != 0
}

/** The same for codes of categories: those from the last bin on share it. */
function codeCategories<T extends number>(plan: usize, from: usize, rows: u32, cols: u32, to: usize): bool {
  const missing = load<u32>(plan, P_MISSING)
  const last = <f64>missing - 1
  let lost: u32 = 0
  for (let i: u32 = 0; i < rows; i++) {
    const value = <f64>load<T>(from)
    // A negative or missing code would trap when it becomes a whole number.
    const code = <u32>(value > 0 ? min<f64>(last, value) : 0)
    store<u8>(to, select<u32>(missing, code, value != value))
    lost |= <u32>(value != value)
    from += <usize>cols * sizeof<T>()
    to += cols
  }
  return lost != 0
}

/** Digits of the sort: 11 bits, so that the counters stay in the nearest cache. */
const DIGIT: u64 = 11
const DIGITS: usize = 1 << 11

/**
 * Sorts `count` numbers (f64, none missing) ascending: by digits from the lowest on, passing over those that are the same in all, as the
 * lower ones of single-precision numbers are. `spare`: room for as many and for DIGITS counters (u32).
 */
export function sort(numbers: usize, count: u32, spare: usize): void {
  const end = numbers + (<usize>count << 3)
  const counters = spare + (<usize>count << 3)
  let all: u64 = ~0
  let any: u64 = 0
  for (let at = numbers; at < end; at += 8) {
    const bits = load<u64>(at)
    // Such that whole numbers without sign have the order of the numbers.
    const key = bits ^ (<u64>(<i64>bits >> 63) | 0x8000_0000_0000_0000)
    store<u64>(at, key)
    all &= key
    any |= key
  }
  const differ = all ^ any
  let from = numbers
  let to = spare
  for (let shift: u64 = 0; shift < 64; shift += DIGIT) {
    if (((differ >> shift) & (DIGITS - 1)) == 0) continue
    clear(counters, DIGITS << 2)
    const last = from + (<usize>count << 3)
    for (let at = from; at < last; at += 8) {
      const counter = counters + (<usize>((load<u64>(at) >> shift) & (DIGITS - 1)) << 2)
      store<u32>(counter, load<u32>(counter) + 1)
    }
    let place: u32 = 0
    for (let k: usize = 0; k < DIGITS; k++) {
      const size = load<u32>(counters + (k << 2))
      store<u32>(counters + (k << 2), place)
      place += size
    }
    for (let at = from; at < last; at += 8) {
      const key = load<u64>(at)
      const counter = counters + (<usize>((key >> shift) & (DIGITS - 1)) << 2)
      const where = load<u32>(counter)
      store<u32>(counter, where + 1)
      store<u64>(to + (<usize>where << 3), key)
    }
    const sorted = to
    to = from
    from = sorted
  }
  if (from != numbers) copyBytes(numbers, from, <usize>count << 3)
  for (let at = numbers; at < end; at += 8) {
    const key = load<u64>(at)
    store<u64>(at, key ^ (<u64>(~<i64>key >> 63) | 0x8000_0000_0000_0000))
  }
}

/** Rows begin … end of the bins, column by column. In blocks that stay in the cache. */
export function transpose(bins: usize, rows: u32, cols: u32, out: usize, begin: u32, end: u32): void {
  for (; begin < end; begin += BLOCK) {
    const stop = min(end, begin + BLOCK)
    for (let column: u32 = 0; column < cols; column++) {
      let from = bins + <usize>begin * cols + column
      const to = out + <usize>column * rows
      for (let i = begin; i < stop; i++) {
        store<u8>(to + i, load<u8>(from))
        from += cols
      }
    }
  }
}
