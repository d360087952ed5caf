import { clear } from './bytes'
import {
  BY_CATEGORY,
  C_CAT_GROUP,
  C_CAT_L2,
  C_CAT_MAX,
  C_CAT_SINGLE,
  C_CAT_SMOOTH,
  C_L2,
  gradientOf,
  hessianOf,
  M_BINS,
  M_FLAGS,
  MISSING,
  MISSING_LEFT,
  N_COUNT,
  N_FLAGS,
  N_LEFT_SUM,
  N_LOWER,
  N_SET,
  N_SUM,
  N_UPPER,
  REST,
  UNDECIDED,
} from './layout'
import { scoreOf } from './scan'

/** Bytes of scratch by thread: keys (f64) and bins (u32) of the levels, sorted. */
const ORDER: usize = 2048

/**
 * The best split of a category. Few levels: each against the others. Else the levels, sorted by their smoothed mean gradient, are cut in
 * two, from either end (Fisher 1958; the same limits as LightGBM). Missing cells are one more level.
 */
export function scanCategory(
  c: usize,
  node: usize,
  from: usize,
  m: usize,
  scratch: usize,
  best: f64,
  smallest: f64,
): f64 {
  const flags = load<u32>(m, M_FLAGS)
  const values = load<u32>(m, M_BINS)
  const count = values + (flags & MISSING ? 1 : 0)
  const sum = load<i64>(node, N_SUM)
  const perRow = hessianOf(sum) / <f64>load<u32>(node, N_COUNT)
  let filled: u32 = 0
  for (let b: u32 = 0; b < count; b++) if (load<i64>(from + (<usize>b << 3)) != 0) filled++
  if (filled < 2) return best
  if (filled <= load<u32>(c, C_CAT_SINGLE)) {
    const l2 = load<f64>(c, C_L2)
    let single = -1
    for (let b: u32 = 0; b < count; b++) {
      const left = load<i64>(from + (<usize>b << 3))
      const gain = gainOf(c, node, sum, left, l2, smallest)
      if (gain > best) {
        best = gain
        single = b
      }
    }
    if (single < 0) return best
    store<u32>(scratch + ORDER, single)
    keep(node, from, m, scratch, 0, 1, count)
    return best
  }
  const l2 = load<f64>(c, C_L2) + load<f64>(c, C_CAT_L2)
  const smooth = load<f64>(c, C_CAT_SMOOTH) * perRow
  const group = load<f64>(c, C_CAT_GROUP) * perRow
  const used = sort(from, scratch, count, smooth)
  const limit = min((used + 1) >>> 1, load<u32>(c, C_CAT_MAX))
  let foundStart: u32 = 0
  let foundCount: u32 = 0
  for (let side: u32 = 0; side < 2; side++) {
    let left: i64 = 0
    let since: f64 = 0
    for (let k: u32 = 0; k < limit; k++) {
      const place = side == 0 ? k : used - 1 - k
      const bin = load<u32>(scratch + ORDER + (<usize>place << 2))
      const level = load<i64>(from + (<usize>bin << 3))
      left += level
      since += hessianOf(level)
      if (hessianOf(sum - left) < max(smallest, group)) break
      if (since < group) continue
      since = 0
      const gain = gainOf(c, node, sum, left, l2, smallest)
      if (gain > best) {
        best = gain
        foundStart = side == 0 ? 0 : place
        foundCount = k + 1
      }
    }
  }
  if (foundCount > 0) keep(node, from, m, scratch, foundStart, foundCount, count)
  return best
}

function gainOf(c: usize, node: usize, sum: i64, left: i64, l2: f64, smallest: f64): f64 {
  const right = sum - left
  if (hessianOf(left) < smallest || hessianOf(right) < smallest) return -Infinity
  const lower = load<f64>(node, N_LOWER)
  const upper = load<f64>(node, N_UPPER)
  return scoreOf(c, left, lower, upper, l2) + scoreOf(c, right, lower, upper, l2)
}

/** Levels with enough rows by their smoothed mean gradient, ascending; equal ones by number. @returns how many */
function sort(from: usize, scratch: usize, count: u32, smooth: f64): u32 {
  let used: u32 = 0
  for (let b: u32 = 0; b < count; b++) {
    const level = load<i64>(from + (<usize>b << 3))
    const h = hessianOf(level)
    if (level == 0 || h < smooth) continue
    const key = gradientOf(level) / (h + smooth)
    let place = used
    while (place > 0 && load<f64>(scratch + (<usize>(place - 1) << 3)) > key) {
      store<f64>(scratch + (<usize>place << 3), load<f64>(scratch + (<usize>(place - 1) << 3)))
      store<u32>(scratch + ORDER + (<usize>place << 2), load<u32>(scratch + ORDER + (<usize>(place - 1) << 2)))
      place--
    }
    store<f64>(scratch + (<usize>place << 3), key)
    store<u32>(scratch + ORDER + (<usize>place << 2), b)
    used++
  }
  return used
}

// @ts-ignore: decorator
@inline function has(set: usize, bin: u32): bool {
  return ((load<u32>(set + ((bin >>> 5) << 2)) >>> (bin & 31)) & 1) != 0
}

// @ts-ignore: decorator
@inline function put(set: usize, bin: u32): void {
  const word = set + ((bin >>> 5) << 2)
  store<u32>(word, load<u32>(word) | (1 << (bin & 31)))
}

/** Notes the levels at order[start … start + size) as those that go left. Rare levels that share a bin always go right. */
function keep(node: usize, from: usize, m: usize, scratch: usize, start: u32, size: u32, count: u32): void {
  const set = node + N_SET
  const values = load<u32>(m, M_BINS)
  clear(set, 32)
  let left: i64 = 0
  for (let k = start; k < start + size; k++) {
    const bin = load<u32>(scratch + ORDER + (<usize>k << 2))
    put(set, bin)
    left += load<i64>(from + (<usize>bin << 3))
  }
  if (load<u32>(m, M_FLAGS) & REST && has(set, values - 1)) {
    left = load<i64>(node, N_SUM) - left
    for (let b: u32 = 0; b < count; b++) {
      const filled = load<i64>(from + (<usize>b << 3)) != 0
      const word = set + ((b >>> 5) << 2)
      const bit: u32 = 1 << (b & 31)
      if (filled && (load<u32>(word) & bit) == 0) store<u32>(word, load<u32>(word) | bit)
      else store<u32>(word, load<u32>(word) & ~bit)
    }
  }
  const missing = count > values && load<i64>(from + (<usize>values << 3)) != 0
  const side = missing ? (has(set, values) ? MISSING_LEFT : 0) : UNDECIDED
  store<u32>(node, BY_CATEGORY | side, N_FLAGS)
  store<i64>(node, left, N_LEFT_SUM)
}
