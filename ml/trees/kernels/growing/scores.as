import { BY_CATEGORY, M_BINS, META_BYTES, MISSING_LEFT, N_BIN, N_FEATURE, N_FLAGS, N_LEFT, N_RIGHT, N_SET, N_VALUE } from './layout'

/** scores[row] += value for the rows index[begin … end). */
export function addToRows(scores: usize, index: usize, begin: u32, end: u32, value: f32): void {
  for (let at = index + (<usize>begin << 2), last = index + (<usize>end << 2); at < last; at += 4) {
    const place = scores + (<usize>load<u32>(at) << 2)
    store<f32>(place, load<f32>(place) + value)
  }
}

/** The leaf a row of bins ends in. */
function leafOf(node: usize, row: usize, meta: usize): usize {
  while (load<u32>(node, N_LEFT) != 0) {
    const feature = <usize>load<i32>(node, N_FEATURE)
    const bin = <u32>load<u8>(row + feature)
    const flags = load<u32>(node, N_FLAGS)
    let left: bool
    if (flags & BY_CATEGORY) {
      left = ((load<u32>(node + N_SET + ((bin >>> 5) << 2)) >>> (bin & 31)) & 1) != 0
    } else {
      const missing = bin >= load<u32>(meta + feature * META_BYTES, M_BINS)
      left = missing ? (flags & MISSING_LEFT) != 0 : bin <= <u32>load<i32>(node, N_BIN)
    }
    node = <usize>(left ? load<u32>(node, N_LEFT) : load<u32>(node, N_RIGHT))
  }
  return node
}

/** scores[row] += the value of the leaf, for rows begin … end of a table of bins. */
export function walkRows(root: usize, meta: usize, bins: usize, stride: u32, scores: usize, begin: u32, end: u32): void {
  for (let i = begin; i < end; i++) {
    const leaf = leafOf(root, bins + <usize>i * stride, meta)
    const place = scores + (<usize>i << 2)
    store<f32>(place, load<f32>(place) + <f32>load<f64>(leaf, N_VALUE))
  }
}

/** The same for the rows index[begin … end). */
export function walkIndex(
  root: usize,
  meta: usize,
  bins: usize,
  stride: u32,
  scores: usize,
  index: usize,
  begin: u32,
  end: u32,
): void {
  for (let at = index + (<usize>begin << 2), last = index + (<usize>end << 2); at < last; at += 4) {
    const i = <usize>load<u32>(at)
    const leaf = leafOf(root, bins + i * stride, meta)
    const place = scores + (i << 2)
    store<f32>(place, load<f32>(place) + <f32>load<f64>(leaf, N_VALUE))
  }
}
