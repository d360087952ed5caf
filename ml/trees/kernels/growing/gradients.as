import { exp4, log4 } from './mathematics'

export const SQUARED: u32 = 0
export const ABSOLUTE: u32 = 1
export const HUBER: u32 = 2
export const QUANTILE: u32 = 3
export const POISSON: u32 = 4
export const LOGISTIC: u32 = 5

// @ts-ignore: decorator
@inline function splat(value: f32): v128 { return f32x4.splat(value) }
// @ts-ignore: decorator
@inline function sumOf(four: v128): f64 {
  return (
    <f64>f32x4.extract_lane(four, 0) +
    <f64>f32x4.extract_lane(four, 1) +
    <f64>f32x4.extract_lane(four, 2) +
    <f64>f32x4.extract_lane(four, 3)
  )
}

/** Four numbers as two sums in double precision. */
// @ts-ignore: decorator
@inline function pairwise(four: v128): v128 {
  return f64x2.add(f64x2.promote_low_f32x4(four), f64x2.promote_low_f32x4(v128.shuffle<i32>(four, four, 2, 3, 2, 3)))
}

/**
 * Gradient and hessian of the loss by row, as a pair of f32 at `packed` (hessian first), for rows begin … end (multiples of 4; arrays reach
 * that far, with weight 0 beyond the last row). `weights` 0: all 1, `rows` of them. Sums of |gradient|, hessian and loss as three f64 at `sums`.
 * `extra`: Huber's delta, or the quantile wanted.
 */
export function gradients(
  objective: u32,
  scores: usize,
  targets: usize,
  weights: usize,
  rows: u32,
  packed: usize,
  begin: u32,
  end: u32,
  extra: f32,
  sums: usize,
): void {
  if (objective == LOGISTIC) {
    logistic(scores, targets, weights, rows, packed, begin, end, sums)
    return
  }
  let absolute: f64 = 0
  let hessians: f64 = 0
  let loss: f64 = 0
  const one = splat(1)
  const zero = splat(0)
  const half = splat(0.5)
  const limit = splat(extra)
  const over = splat(1 - extra)
  for (let i = begin; i < end; i += 4) {
    const s = v128.load(scores + (<usize>i << 2))
    const y = v128.load(targets + (<usize>i << 2))
    let w = one
    if (weights != 0) w = v128.load(weights + (<usize>i << 2))
    else if (i + 4 > rows) w = v128.and(one, i32x4.lt_u(i32x4(i, i + 1, i + 2, i + 3), i32x4.splat(rows)))
    let g: v128 = zero
    let h: v128 = one
    let l: v128 = zero
    if (objective == POISSON) {
      const e = exp4(s)
      g = f32x4.sub(e, y)
      h = f32x4.max(e, splat(1e-16))
      l = f32x4.sub(e, f32x4.mul(y, s))
    } else {
      const d = f32x4.sub(s, y)
      const size = f32x4.abs(d)
      if (objective == SQUARED) {
        g = d
        l = f32x4.mul(half, f32x4.mul(d, d))
      } else if (objective == HUBER) {
        g = f32x4.max(f32x4.min(d, limit), f32x4.neg(limit))
        const inner = f32x4.abs(g)
        l = f32x4.mul(inner, f32x4.sub(size, f32x4.mul(half, inner)))
      } else if (objective == QUANTILE) {
        const above = f32x4.gt(d, zero)
        const below = f32x4.lt(d, zero)
        g = f32x4.sub(v128.and(over, above), v128.and(limit, below))
        l = f32x4.mul(size, f32x4.abs(g))
      } else {
        g = f32x4.sub(v128.and(one, f32x4.gt(d, zero)), v128.and(one, f32x4.lt(d, zero)))
        l = size
      }
    }
    g = f32x4.mul(g, w)
    h = f32x4.mul(h, w)
    absolute += sumOf(f32x4.abs(g))
    hessians += sumOf(h)
    loss += sumOf(f32x4.mul(l, w))
    const at = packed + (<usize>i << 3)
    v128.store(at, v128.shuffle<i32>(h, g, 0, 4, 1, 5))
    v128.store(at, v128.shuffle<i32>(h, g, 2, 6, 3, 7), 16)
  }
  store<f64>(sums, absolute)
  store<f64>(sums, hessians, 8)
  store<f64>(sums, loss, 16)
}

/** Rows whose logarithms are taken together: their product stays below 2⁶⁴. */
const FACTORS: u32 = 256

/** The same for the logistic loss. Σ ln(1 + e) is the logarithm of a product, so that only one in many is taken; not so with weights. */
function logistic(
  scores: usize,
  targets: usize,
  weights: usize,
  rows: u32,
  packed: usize,
  begin: u32,
  end: u32,
  sums: usize,
): void {
  const one = splat(1)
  const zero = splat(0)
  let absolute = f64x2.splat(0)
  let hessians = f64x2.splat(0)
  let loss = f64x2.splat(0)
  for (let from = begin; from < end; from += FACTORS) {
    let product = one
    const stop = min(end, from + FACTORS)
    for (let i = from; i < stop; i += 4) {
      const s = v128.load(scores + (<usize>i << 2))
      const y = v128.load(targets + (<usize>i << 2))
      const e = exp4(f32x4.neg(f32x4.abs(s)))
      const factor = f32x4.add(one, e)
      const d = f32x4.div(one, factor)
      const p = f32x4.mul(v128.bitselect(one, e, f32x4.gt(s, zero)), d)
      let g = f32x4.sub(p, y)
      let h = f32x4.pmax(f32x4.mul(e, f32x4.mul(d, d)), splat(1e-16))
      let l = f32x4.sub(f32x4.pmax(s, zero), f32x4.mul(y, s))
      if (weights != 0) {
        const w = v128.load(weights + (<usize>i << 2))
        g = f32x4.mul(g, w)
        h = f32x4.mul(h, w)
        l = f32x4.mul(f32x4.add(l, log4(factor)), w)
      } else if (i + 4 <= rows) product = f32x4.mul(product, factor)
      else {
        const real = i32x4.lt_u(i32x4(i, i + 1, i + 2, i + 3), i32x4.splat(rows))
        g = v128.and(g, real)
        h = v128.and(h, real)
        l = v128.and(l, real)
        product = f32x4.mul(product, v128.bitselect(factor, one, real))
      }
      absolute = f64x2.add(absolute, pairwise(f32x4.abs(g)))
      hessians = f64x2.add(hessians, pairwise(h))
      loss = f64x2.add(loss, pairwise(l))
      const at = packed + (<usize>i << 3)
      v128.store(at, v128.shuffle<i32>(h, g, 0, 4, 1, 5))
      v128.store(at, v128.shuffle<i32>(h, g, 2, 6, 3, 7), 16)
    }
    loss = f64x2.add(loss, pairwise(log4(product)))
  }
  store<f64>(sums, f64x2.extract_lane(absolute, 0) + f64x2.extract_lane(absolute, 1))
  store<f64>(sums, f64x2.extract_lane(hessians, 0) + f64x2.extract_lane(hessians, 1), 8)
  store<f64>(sums, f64x2.extract_lane(loss, 0) + f64x2.extract_lane(loss, 1), 16)
}

/** Probabilities of `classes` classes from their scores (class-major, `stride` rows each), and the loss Σ −w·ln p of the truth. */
export function softmax(
  scores: usize,
  probabilities: usize,
  targets: usize,
  weights: usize,
  rows: u32,
  stride: u32,
  classes: u32,
  begin: u32,
  end: u32,
): f64 {
  const step = <usize>stride << 2
  const one = splat(1)
  let loss: f64 = 0
  for (let i = begin; i < end; i += 4) {
    const at = <usize>i << 2
    let highest = v128.load(scores + at)
    for (let k: usize = 1; k < classes; k++) highest = f32x4.max(highest, v128.load(scores + at + k * step))
    let total = splat(0)
    let own = splat(0)
    const y = v128.load(targets + at)
    for (let k: usize = 0; k < classes; k++) {
      const d = f32x4.sub(v128.load(scores + at + k * step), highest)
      const e = exp4(d)
      own = f32x4.add(own, v128.and(d, f32x4.eq(y, splat(<f32>k))))
      total = f32x4.add(total, e)
      v128.store(probabilities + at + k * step, e)
    }
    const by = f32x4.div(one, total)
    for (let k: usize = 0; k < classes; k++) {
      const p = probabilities + at + k * step
      v128.store(p, f32x4.mul(v128.load(p), by))
    }
    let w = one
    if (weights != 0) w = v128.load(weights + at)
    else if (i + 4 > rows) w = v128.and(one, i32x4.lt_u(i32x4(i, i + 1, i + 2, i + 3), i32x4.splat(rows)))
    loss += sumOf(f32x4.mul(w, f32x4.sub(log4(total), own)))
  }
  return loss
}

/** Gradient and hessian of one class, from `softmax`; as `gradients` else. `factor` scales the hessian: K ∕ (K − 1). */
export function classGradients(
  probabilities: usize,
  targets: usize,
  weights: usize,
  rows: u32,
  code: f32,
  factor: f32,
  packed: usize,
  begin: u32,
  end: u32,
  sums: usize,
): void {
  let absolute: f64 = 0
  let hessians: f64 = 0
  const one = splat(1)
  for (let i = begin; i < end; i += 4) {
    const p = v128.load(probabilities + (<usize>i << 2))
    const y = v128.load(targets + (<usize>i << 2))
    let w = one
    if (weights != 0) w = v128.load(weights + (<usize>i << 2))
    else if (i + 4 > rows) w = v128.and(one, i32x4.lt_u(i32x4(i, i + 1, i + 2, i + 3), i32x4.splat(rows)))
    const g = f32x4.mul(w, f32x4.sub(p, v128.and(one, f32x4.eq(y, splat(code)))))
    const curve = f32x4.max(f32x4.mul(splat(factor), f32x4.mul(p, f32x4.sub(one, p))), splat(1e-16))
    const h = f32x4.mul(w, curve)
    absolute += sumOf(f32x4.abs(g))
    hessians += sumOf(h)
    const at = packed + (<usize>i << 3)
    v128.store(at, v128.shuffle<i32>(h, g, 0, 4, 1, 5))
    v128.store(at, v128.shuffle<i32>(h, g, 2, 6, 3, 7), 16)
  }
  store<f64>(sums, absolute)
  store<f64>(sums, hessians, 8)
}

/** Makes whole numbers of the pairs of f32: gradient × `gradientScale` in the upper half, hessian × `hessianScale`, at least 1, in the lower. */
export function quantise(packed: usize, begin: u32, end: u32, gradientScale: f32, hessianScale: f32): void {
  const scale = f32x4(hessianScale, gradientScale, hessianScale, gradientScale)
  const least = i32x4(1, i32.MIN_VALUE, 1, i32.MIN_VALUE)
  const last = packed + (<usize>end << 3)
  for (let at = packed + (<usize>begin << 3); at < last; at += 16) {
    const whole = i32x4.trunc_sat_f32x4_s(f32x4.nearest(f32x4.mul(v128.load(at), scale)))
    v128.store(at, i32x4.max_s(whole, least))
  }
}

/** Sum of the packed numbers of index[begin … end). */
export function sumPacked(packed: usize, index: usize, begin: u32, end: u32): i64 {
  let sum: i64 = 0
  for (let at = index + (<usize>begin << 2), last = index + (<usize>end << 2); at < last; at += 4) {
    sum += load<i64>(packed + (<usize>load<u32>(at) << 3))
  }
  return sum
}
