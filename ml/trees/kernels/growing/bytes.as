// memory.fill and memory.copy trap beyond the size that a thread last knew of the shared memory, which another thread may have made larger
// since; plain loads and stores see it at once.

/** Sets bytes to 0. */
export function clear(at: usize, bytes: usize): void {
  const end = at + bytes
  for (; at + 16 <= end; at += 16) v128.store(at, i64x2.splat(0))
  for (; at < end; at++) store<u8>(at, 0)
}

/** Copies bytes that do not overlap. */
export function copyBytes(to: usize, from: usize, bytes: usize): void {
  const end = from + bytes
  for (; from + 16 <= end; from += 16, to += 16) v128.store(to, v128.load(from))
  for (; from < end; from++, to++) store<u8>(to, load<u8>(from))
}
