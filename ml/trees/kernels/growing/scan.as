import { scanCategory } from './category'
import {
  C_ACTIVE,
  C_ACTIVE_COUNT,
  C_FLAGS,
  C_GAIN_SCALE,
  C_L1,
  C_L2,
  C_META,
  C_MIN_GAIN,
  C_MIN_HESSIAN,
  C_MIN_ROWS,
  C_OFFSETS,
  C_VALUE_SCALE,
  CATEGORY,
  CONSTRAINED,
  gradientOf,
  hessianOf,
  M_BINS,
  M_FLAGS,
  M_MONOTONE,
  META_BYTES,
  MISSING,
  MISSING_LEFT,
  N_BIN,
  N_COUNT,
  N_FEATURE,
  N_FLAGS,
  N_GAIN,
  N_HIST,
  N_LEFT_SUM,
  N_LOWER,
  N_SHOWN,
  N_SUM,
  N_UPPER,
  UNDECIDED,
} from './layout'

/** Finds the best split of a node from its histogram; N_GAIN stays 0 when none is worth it. */
export function scan(c: usize, node: usize, scratch: usize): void {
  store<f64>(node, 0, N_GAIN)
  const hist = <usize>load<u32>(node, N_HIST)
  const count = <usize>load<u32>(c, C_ACTIVE_COUNT)
  const active = <usize>load<u32>(c, C_ACTIVE)
  const offsets = <usize>load<u32>(c, C_OFFSETS)
  const meta = <usize>load<u32>(c, C_META)
  const sum = load<i64>(node, N_SUM)
  const slow = (load<u32>(c, C_FLAGS) & CONSTRAINED) != 0 || load<f64>(c, C_L1) > 0
  const smallest = smallestHessian(c, node)
  // Less would not do: both halves of `minimum gain`, and rounding, must be passed.
  const l2 = load<f64>(c, C_L2)
  const parent = slow
    ? scoreOf(c, sum, load<f64>(node, N_LOWER), load<f64>(node, N_UPPER), l2)
    : (gradientOf(sum) * gradientOf(sum)) / (hessianOf(sum) + l2)
  const worth = load<f64>(c, C_MIN_GAIN) / load<f64>(c, C_GAIN_SCALE) + parent * (1 + 1e-12) + 1e-300
  let best = worth
  for (let k: usize = 0; k < count; k++) {
    const f = <usize>load<u32>(active + (k << 2))
    const m = meta + f * META_BYTES
    const from = hist + <usize>load<u32>(offsets + (f << 2))
    const flags = load<u32>(m, M_FLAGS)
    const before = best
    if (flags & CATEGORY) best = scanCategory(c, node, from, m, scratch, best, smallest)
    else if (slow) best = scanSlowly(c, node, from, m, best, smallest)
    else best = scanNumber(c, node, from, m, best, smallest)
    if (best > before) store<i32>(node, <i32>f, N_FEATURE)
  }
  if (best > worth) store<f64>(node, (best - parent) * load<f64>(c, C_GAIN_SCALE), N_GAIN)
}

/** A child needs this much hessian: its minimum weight, its minimum of rows (counted by their share of the hessian), and one row. */
function smallestHessian(c: usize, node: usize): f64 {
  const hessian = hessianOf(load<i64>(node, N_SUM))
  const rows = (load<f64>(c, C_MIN_ROWS) * hessian) / <f64>load<u32>(node, N_COUNT)
  // Half a row less: with unequal hessians the share is an estimate, with equal ones it must not fail by rounding.
  return max(1.0, max(load<f64>(c, C_MIN_HESSIAN), rows * (1 - 1e-9)))
}

/** What a node adds to the (negated, doubled) loss: G² ∕ (H + L2) without constraint; with one, its value is kept within bounds. */
export function scoreOf(c: usize, sum: i64, lower: f64, upper: f64, l2: f64): f64 {
  const g = shrink(c, gradientOf(sum))
  const h = hessianOf(sum) + l2
  const value = min(upper, max(lower, valueOf(c, g, h))) / load<f64>(c, C_VALUE_SCALE)
  return -(2 * g * value + h * value * value)
}

// @ts-ignore: decorator
@inline function shrink(c: usize, g: f64): f64 {
  const l1 = load<f64>(c, C_L1)
  return g > l1 ? g - l1 : g < -l1 ? g + l1 : 0
}

// @ts-ignore: decorator
@inline function valueOf(c: usize, g: f64, h: f64): f64 {
  return h > 0 ? (-g / h) * load<f64>(c, C_VALUE_SCALE) : 0
}

/** The best split of a number with bounds, L1 or a monotone direction: one bin after the other. */
function scanSlowly(c: usize, node: usize, from: usize, m: usize, best: f64, smallest: f64): f64 {
  const values = <usize>load<u32>(m, M_BINS)
  const missing: i64 = load<u32>(m, M_FLAGS) & MISSING ? load<i64>(from + (values << 3)) : 0
  const direction = load<i32>(m, M_MONOTONE)
  const sum = load<i64>(node, N_SUM)
  const l2 = load<f64>(c, C_L2)
  const lower = load<f64>(node, N_LOWER)
  const upper = load<f64>(node, N_UPPER)
  for (let side: u32 = 0; side < 2; side++) {
    if (side == 1 && missing == 0) break
    let left: i64 = side == 1 ? missing : 0
    const end = side == 0 && missing != 0 ? values : values - 1
    for (let b: usize = 0; b < end; b++) {
      left += load<i64>(from + (b << 3))
      const right = sum - left
      const hl = hessianOf(left)
      const hr = hessianOf(right)
      if (hl < smallest) continue
      if (hr < smallest) break
      if (direction != 0) {
        const low = valueOf(c, shrink(c, gradientOf(left)), hl + l2)
        const high = valueOf(c, shrink(c, gradientOf(right)), hr + l2)
        if (direction > 0 ? low > high : low < high) continue
      }
      const gain = scoreOf(c, left, lower, upper, l2) + scoreOf(c, right, lower, upper, l2)
      if (gain > best) {
        best = gain
        keep(node, from, b, values, side == 1 ? MISSING_LEFT : missing == 0 ? UNDECIDED : 0, left)
      }
    }
  }
  return best
}

// @ts-ignore: decorator
@inline function keep(node: usize, from: usize, b: usize, values: usize, flags: u32, left: i64): void {
  // The threshold lies in the middle of the empty bins that follow.
  let next = b + 1
  while (next < values && load<i64>(from + (next << 3)) == 0) next++
  store<i32>(node, <i32>b, N_BIN)
  store<i32>(node, next >= values ? <i32>b : <i32>((b + next - 1) >>> 1), N_SHOWN)
  store<u32>(node, flags, N_FLAGS)
  store<i64>(node, left, N_LEFT_SUM)
}

/** The best split of a number, two bins at a time. Of equal ones the first counts. */
function scanNumber(c: usize, node: usize, from: usize, m: usize, best: f64, smallest: f64): f64 {
  const values = <usize>load<u32>(m, M_BINS)
  const missing: i64 = load<u32>(m, M_FLAGS) & MISSING ? load<i64>(from + (values << 3)) : 0
  if (missing == 0) return scanSide(c, node, from, values, values - 1, 0, UNDECIDED, best, smallest)
  best = scanSide(c, node, from, values, values, 0, 0, best, smallest)
  return scanSide(c, node, from, values, values - 1, missing, MISSING_LEFT, best, smallest)
}

function scanSide(
  c: usize,
  node: usize,
  from: usize,
  values: usize,
  end: usize,
  missing: i64,
  flags: u32,
  best: f64,
  smallest: f64,
): f64 {
  const l2 = load<f64>(c, C_L2)
  const penalty = f64x2.splat(l2)
  const least = f64x2.splat(smallest)
  const sum = load<i64>(node, N_SUM)
  const total = i64x2.splat(sum)
  const two = i64x2.splat(2)
  let bestGain = f64x2.splat(best)
  let bestBin = i64x2.splat(-1)
  let bin = i64x2(0, 1)
  let left = missing
  let b: usize = 0
  for (; b + 1 < end; b += 2) {
    const first = left + load<i64>(from + (b << 3))
    left = first + load<i64>(from + (b << 3), 8)
    const l = i64x2.replace_lane(i64x2.splat(first), 1, left)
    const r = i64x2.sub(total, l)
    const gl = f64x2.convert_low_i32x4_s(v128.shuffle<i32>(l, l, 1, 3, 1, 3))
    const hl = f64x2.convert_low_i32x4_u(v128.shuffle<i32>(l, l, 0, 2, 0, 2))
    const gr = f64x2.convert_low_i32x4_s(v128.shuffle<i32>(r, r, 1, 3, 1, 3))
    const hr = f64x2.convert_low_i32x4_u(v128.shuffle<i32>(r, r, 0, 2, 0, 2))
    const gain = f64x2.add(
      f64x2.div(f64x2.mul(gl, gl), f64x2.add(hl, penalty)),
      f64x2.div(f64x2.mul(gr, gr), f64x2.add(hr, penalty)),
    )
    const better = v128.and(f64x2.gt(gain, bestGain), v128.and(f64x2.ge(hl, least), f64x2.ge(hr, least)))
    bestGain = v128.bitselect(gain, bestGain, better)
    bestBin = v128.bitselect(bin, bestBin, better)
    bin = i64x2.add(bin, two)
  }
  const gain0 = f64x2.extract_lane(bestGain, 0)
  const gain1 = f64x2.extract_lane(bestGain, 1)
  const bin0 = i64x2.extract_lane(bestBin, 0)
  const bin1 = i64x2.extract_lane(bestBin, 1)
  const second = gain1 > gain0 || (gain1 == gain0 && bin1 < bin0)
  let found = second ? bin1 : bin0
  best = second ? gain1 : gain0
  if (b < end) {
    left += load<i64>(from + (b << 3))
    const hl = hessianOf(left)
    const hr = hessianOf(sum - left)
    if (hl >= smallest && hr >= smallest) {
      const gl = gradientOf(left)
      const gr = gradientOf(sum - left)
      const gain = (gl * gl) / (hl + l2) + (gr * gr) / (hr + l2)
      if (gain > best) {
        best = gain
        found = b
      }
    }
  }
  if (found >= 0) {
    let reached = missing
    for (let k: usize = 0; k <= <usize>found; k++) reached += load<i64>(from + (k << 3))
    keep(node, from, <usize>found, values, flags, reached)
  }
  return best
}
