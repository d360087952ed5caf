import { copyBytes } from './bytes'
import {
  BY_CATEGORY,
  C_BINS,
  C_COLUMNS,
  C_APART,
  C_INDEX,
  C_META,
  C_ROWS,
  C_SPARE,
  C_STRIDE,
  M_BINS,
  META_BYTES,
  MISSING_LEFT,
  N_BIN,
  N_FEATURE,
  N_FLAGS,
  N_SET,
} from './layout'

/**
 * Moves the rows of index[begin … end) that go left to the front and the others behind them; both keep their order.
 * The split is the one of `node`. Unless `together`, the left ones go to apart[begin …] and the others to spare[begin …] instead.
 * @returns how many went left
 */
export function partition(c: usize, node: usize, begin: u32, end: u32, together: bool): u32 {
  const feature = <usize>load<i32>(node, N_FEATURE)
  // One column's bytes lie close together; taken from whole rows, each would cost a line of the cache.
  const columns = <usize>load<u32>(c, C_COLUMNS)
  const stride = columns != 0 ? 1 : <usize>load<u32>(c, C_STRIDE)
  const bins = columns != 0 ? columns + feature * <usize>load<u32>(c, C_ROWS) : <usize>load<u32>(c, C_BINS) + feature
  const flags = load<u32>(node, N_FLAGS)
  const index = <usize>load<u32>(c, C_INDEX)
  const spare = <usize>load<u32>(c, C_SPARE) + (<usize>begin << 2)
  const last = index + (<usize>end << 2)
  let at = index + (<usize>begin << 2)
  const start = together ? at : <usize>load<u32>(c, C_APART) + (<usize>begin << 2)
  let left = start
  let right = spare
  if (flags & BY_CATEGORY) {
    const set = node + N_SET
    for (; at < last; at += 4) {
      const r = load<u32>(at)
      const bin = <u32>load<u8>(bins + <usize>r * stride)
      const goes = <usize>((load<u32>(set + ((bin >>> 5) << 2)) >>> (bin & 31)) & 1)
      store<u32>(left, r)
      store<u32>(right, r)
      left += goes << 2
      right += (1 - goes) << 2
    }
  } else {
    const threshold = <u32>load<i32>(node, N_BIN)
    const values = load<u32>(<usize>load<u32>(c, C_META) + feature * META_BYTES, M_BINS)
    // The bin of missing cells lies behind those of values: turned round, one comparison serves both directions.
    if (flags & MISSING_LEFT) {
      const beyond = values - threshold - 1
      for (; at < last; at += 4) {
        const r = load<u32>(at)
        const bin = <u32>load<u8>(bins + <usize>r * stride)
        const goes = <usize>(bin - threshold - 1 >= beyond)
        store<u32>(left, r)
        store<u32>(right, r)
        left += goes << 2
        right += (1 - goes) << 2
      }
    } else {
      for (; at < last; at += 4) {
        const r = load<u32>(at)
        const goes = <usize>(<u32>load<u8>(bins + <usize>r * stride) <= threshold)
        store<u32>(left, r)
        store<u32>(right, r)
        left += goes << 2
        right += (1 - goes) << 2
      }
    }
  }
  if (together) copyBytes(left, spare, right - spare)
  return <u32>((left - start) >>> 2)
}
