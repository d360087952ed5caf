import { C_ACTIVE, C_ACTIVE_COUNT, C_ALL_ACTIVE, C_BINS, C_INDEX, C_OFFSETS, C_PACKED, C_STRIDE } from './layout'

// @ts-ignore: decorator
@inline function add(at: usize, packed: i64): void {
  store<i64>(at, load<i64>(at) + packed)
}

// @ts-ignore: decorator
@inline function cell(hist: usize, offsets: usize, row: usize): usize {
  return hist + load<u32>(offsets) + (<usize>load<u8>(row) << 3)
}

/** Rows touched at a time: enough misses of the cache under way at once, few enough to stay in its second level. */
const BLOCK: usize = 128
/** Bytes from one row of a node to the next from which on the processor does not fetch ahead by itself (measured). */
const FAR: u64 = 160

/**
 * Adds the packed gradients of index[begin … end) to the histogram: for each feature, one 64-bit sum by bin. Rows of a node may lie far
 * apart in large tables, and waiting for each in turn would take most of the time: a block of them is touched first, so that the processor
 * fetches many at once. `sink` takes 8 bytes nobody reads.
 */
export function accumulate(c: usize, begin: u32, end: u32, hist: usize, sink: usize): void {
  if (begin >= end) return
  const stride = <usize>load<u32>(c, C_STRIDE)
  const bins = <usize>load<u32>(c, C_BINS)
  const packed = <usize>load<u32>(c, C_PACKED)
  const first = <usize>load<u32>(c, C_INDEX) + (<usize>begin << 2)
  const last = <usize>load<u32>(c, C_INDEX) + (<usize>end << 2)
  const span = <u64>(load<u32>(last - 4) - load<u32>(first)) * <u64>stride
  if (span < FAR * <u64>(end - begin)) {
    addRows(c, first, last, hist)
    return
  }
  const tail = stride - 1
  let touched: i64 = 0
  for (let at = first; at < last; at += BLOCK << 2) {
    const stop = min(last, at + (BLOCK << 2))
    for (let a = at; a < stop; a += 4) {
      const r = <usize>load<u32>(a)
      const row = bins + r * stride
      touched ^= load<i64>(packed + (r << 3)) ^ <i64>load<u8>(row) ^ <i64>load<u8>(row + tail)
    }
    addRows(c, at, stop, hist)
  }
  store<i64>(sink, touched)
}

function addRows(c: usize, at: usize, last: usize, hist: usize): void {
  const stride = <usize>load<u32>(c, C_STRIDE)
  const bins = <usize>load<u32>(c, C_BINS)
  const packed = <usize>load<u32>(c, C_PACKED)
  const count = <usize>load<u32>(c, C_ACTIVE_COUNT)
  const offsets = <usize>load<u32>(c, C_OFFSETS)
  if (load<u32>(c, C_ALL_ACTIVE) != 0) {
    const whole = offsets + ((count & ~3) << 2)
    const every = offsets + (count << 2)
    for (; at < last; at += 4) {
      const r = <usize>load<u32>(at)
      const g = load<i64>(packed + (r << 3))
      let cells = bins + r * stride
      let o = offsets
      for (; o < whole; o += 16, cells += 4) {
        add(cell(hist, o, cells), g)
        add(cell(hist, o + 4, cells + 1), g)
        add(cell(hist, o + 8, cells + 2), g)
        add(cell(hist, o + 12, cells + 3), g)
      }
      for (; o < every; o += 4, cells++) add(cell(hist, o, cells), g)
    }
  } else {
    const active = <usize>load<u32>(c, C_ACTIVE)
    const behind = active + (count << 2)
    for (; at < last; at += 4) {
      const r = <usize>load<u32>(at)
      const g = load<i64>(packed + (r << 3))
      const row = bins + r * stride
      for (let a = active; a < behind; a += 4) {
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
