import { C_ACTIVE, C_ACTIVE_COUNT, C_ALL_ACTIVE, C_BINS, C_INDEX, C_OFFSETS, C_PACKED, C_STRIDE } from './layout'

// @ts-ignore: decorator
@inline function add(at: usize, packed: i64): void {
  store<i64>(at, load<i64>(at) + packed)
}

// @ts-ignore: decorator
@inline function cell(hist: usize, offsets: usize, row: usize): usize {
  return hist + load<u32>(offsets) + (<usize>load<u8>(row) << 3)
}

/** Adds the packed gradients of index[begin … end) to the histogram: for each feature, one 64-bit sum by bin. */
export function accumulate(c: usize, begin: u32, end: u32, hist: usize): void {
  const stride = <usize>load<u32>(c, C_STRIDE)
  const bins = <usize>load<u32>(c, C_BINS)
  const packed = <usize>load<u32>(c, C_PACKED)
  const count = <usize>load<u32>(c, C_ACTIVE_COUNT)
  const offsets = <usize>load<u32>(c, C_OFFSETS)
  const active = <usize>load<u32>(c, C_ACTIVE)
  const all = load<u32>(c, C_ALL_ACTIVE) != 0
  let at = <usize>load<u32>(c, C_INDEX) + (<usize>begin << 2)
  const last = <usize>load<u32>(c, C_INDEX) + (<usize>end << 2)
  if (all) {
    const whole = offsets + ((count & ~3) << 2)
    const every = offsets + (count << 2)
    for (; at < last; at += 4) {
      const r = <usize>load<u32>(at)
      const g = load<i64>(packed + (r << 3))
      let row = bins + r * stride
      let o = offsets
      for (; o < whole; o += 16, row += 4) {
        add(cell(hist, o, row), g)
        add(cell(hist, o + 4, row + 1), g)
        add(cell(hist, o + 8, row + 2), g)
        add(cell(hist, o + 12, row + 3), g)
      }
      for (; o < every; o += 4, row++) add(cell(hist, o, row), g)
    }
  } else {
    const end = active + (count << 2)
    for (; at < last; at += 4) {
      const r = <usize>load<u32>(at)
      const g = load<i64>(packed + (r << 3))
      const row = bins + r * stride
      for (let a = active; a < end; a += 4) {
        const f = <usize>load<u32>(a)
        add(cell(hist, offsets + (f << 2), row + f), g)
      }
    }
  }
}

/** larger −= smaller, over `bytes` (a multiple of 16). */
export function subtract(larger: usize, smaller: usize, bytes: usize): void {
  const end = larger + bytes
  for (; larger < end; larger += 16, smaller += 16) {
    v128.store(larger, i64x2.sub(v128.load(larger), v128.load(smaller)))
  }
}

/** larger += smaller, over `bytes` (a multiple of 16). */
export function addUp(larger: usize, smaller: usize, bytes: usize): void {
  const end = larger + bytes
  for (; larger < end; larger += 16, smaller += 16) {
    v128.store(larger, i64x2.add(v128.load(larger), v128.load(smaller)))
  }
}
