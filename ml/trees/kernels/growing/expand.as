import { clear } from './bytes'
import { accumulate, subtract } from './histogram'
import {
  BY_CATEGORY,
  C_HIST_BYTES,
  C_L1,
  C_L2,
  C_MAX_DEPTH,
  C_META,
  C_MIN_HESSIAN,
  C_MIN_ROWS,
  C_VALUE_SCALE,
  gradientOf,
  hessianOf,
  M_BINS,
  M_MONOTONE,
  META_BYTES,
  MISSING_LEFT,
  N_BEGIN,
  N_COUNT,
  N_DEPTH,
  N_FEATURE,
  N_FLAGS,
  N_GAIN,
  N_HIST,
  N_LEFT,
  N_LEFT_SUM,
  N_LOWER,
  N_SET,
  N_SUM,
  N_UPPER,
  UNDECIDED,
} from './layout'
import { partition } from './partition'
import { scan } from './scan'

/** Whether a node may be split at all: by depth, rows and hessian. */
export function canSplit(c: usize, node: usize): bool {
  const rows = <f64>load<u32>(node, N_COUNT)
  return (
    load<u32>(node, N_DEPTH) < load<u32>(c, C_MAX_DEPTH) &&
    rows >= max(2.0, 2 * load<f64>(c, C_MIN_ROWS)) &&
    hessianOf(load<i64>(node, N_SUM)) >= 2 * load<f64>(c, C_MIN_HESSIAN)
  )
}

/** What a node would say as a leaf: −G ∕ (H + L2), G shrunk by L1, within its bounds. */
export function leafValue(c: usize, node: usize): f64 {
  const sum = load<i64>(node, N_SUM)
  return valueWithin(c, sum, load<f64>(node, N_LOWER), load<f64>(node, N_UPPER))
}

function valueWithin(c: usize, sum: i64, lower: f64, upper: f64): f64 {
  const l1 = load<f64>(c, C_L1)
  const raw = gradientOf(sum)
  const g = raw > l1 ? raw - l1 : raw < -l1 ? raw + l1 : 0
  const h = hessianOf(sum) + load<f64>(c, C_L2)
  const value = h > 0 ? (-g / h) * load<f64>(c, C_VALUE_SCALE) : 0
  return min(upper, max(lower, value))
}

/** Fills in the children of a node whose rows have been moved, `lefts` of them to the left. */
export function settle(c: usize, node: usize, left: usize, right: usize, lefts: u32): void {
  const begin = load<u32>(node, N_BEGIN)
  const count = load<u32>(node, N_COUNT)
  const sum = load<i64>(node, N_SUM)
  const leftSum = load<i64>(node, N_LEFT_SUM)
  const lower = load<f64>(node, N_LOWER)
  const upper = load<f64>(node, N_UPPER)
  const feature = <usize>load<i32>(node, N_FEATURE)
  const meta = <usize>load<u32>(c, C_META) + feature * META_BYTES
  child(left, begin, lefts, leftSum, load<u32>(node, N_DEPTH) + 1, lower, upper)
  child(right, begin + lefts, count - lefts, sum - leftSum, load<u32>(node, N_DEPTH) + 1, lower, upper)
  let flags = load<u32>(node, N_FLAGS)
  if (flags & UNDECIDED) {
    flags = (flags & ~UNDECIDED) | (lefts * 2 > count ? MISSING_LEFT : 0)
    store<u32>(node, flags, N_FLAGS)
    if (flags & BY_CATEGORY && flags & MISSING_LEFT) {
      const bin = load<u32>(meta, M_BINS)
      const word = node + N_SET + ((bin >>> 5) << 2)
      store<u32>(word, load<u32>(word) | (1 << (bin & 31)))
    }
  }
  const direction = load<i32>(meta, M_MONOTONE)
  if (direction != 0) {
    const middle = (valueWithin(c, leftSum, lower, upper) + valueWithin(c, sum - leftSum, lower, upper)) / 2
    store<f64>(direction > 0 ? left : right, middle, N_UPPER)
    store<f64>(direction > 0 ? right : left, middle, N_LOWER)
  }
}

function child(node: usize, begin: u32, count: u32, sum: i64, depth: u32, lower: f64, upper: f64): void {
  store<u32>(node, begin, N_BEGIN)
  store<u32>(node, count, N_COUNT)
  store<u32>(node, 0, N_HIST)
  store<u32>(node, depth, N_DEPTH)
  store<i64>(node, sum, N_SUM)
  store<f64>(node, lower, N_LOWER)
  store<f64>(node, upper, N_UPPER)
  store<f64>(node, 0, N_GAIN)
  store<i32>(node, -1, N_FEATURE)
  store<u32>(node, 0, N_LEFT)
}

/**
 * Carries out a node's best split: moves its rows, makes the children and, when `further`, finds their best splits. Only the smaller
 * child's histogram is summed, at `slot`; the other's is the node's minus that. A node without histogram needs `second` for it.
 */
export function expand(
  c: usize,
  node: usize,
  left: usize,
  right: usize,
  slot: usize,
  second: usize,
  scratch: usize,
  further: bool,
): void {
  const begin = load<u32>(node, N_BEGIN)
  const count = load<u32>(node, N_COUNT)
  const lefts = partition(c, node, begin, begin + count, true)
  settle(c, node, left, right, lefts)
  if (!further || (!canSplit(c, left) && !canSplit(c, right))) return
  const bytes = <usize>load<u32>(c, C_HIST_BYTES)
  const small = lefts * 2 <= count ? left : right
  const large = small == left ? right : left
  clear(slot, bytes)
  accumulate(c, load<u32>(small, N_BEGIN), load<u32>(small, N_BEGIN) + load<u32>(small, N_COUNT), slot, scratch)
  if (canSplit(c, large)) {
    let rest = <usize>load<u32>(node, N_HIST)
    if (rest != 0) subtract(rest, slot, bytes)
    else {
      rest = second
      clear(rest, bytes)
      accumulate(c, load<u32>(large, N_BEGIN), load<u32>(large, N_BEGIN) + load<u32>(large, N_COUNT), rest, scratch)
    }
    store<u32>(large, <u32>rest, N_HIST)
    scan(c, large, scratch)
  }
  if (canSplit(c, small)) {
    store<u32>(small, <u32>slot, N_HIST)
    scan(c, small, scratch)
  }
}

/** For a node whose rows were moved and whose smaller child's histogram is at `slot`: the rest of `expand`. */
export function finish(c: usize, node: usize, left: usize, right: usize, slot: usize, scratch: usize): void {
  const small = load<u32>(left, N_COUNT) * 2 <= load<u32>(node, N_COUNT) ? left : right
  const large = small == left ? right : left
  if (canSplit(c, large)) {
    const rest = <usize>load<u32>(node, N_HIST)
    subtract(rest, slot, load<u32>(c, C_HIST_BYTES))
    store<u32>(large, <u32>rest, N_HIST)
    scan(c, large, scratch)
  }
  if (canSplit(c, small)) {
    store<u32>(small, <u32>slot, N_HIST)
    scan(c, small, scratch)
  }
}

/** Scans the root of a tree, whose histogram is summed. */
export function plant(c: usize, node: usize, scratch: usize): void {
  scan(c, node, scratch)
}
