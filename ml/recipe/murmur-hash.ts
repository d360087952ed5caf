const encoder = new TextEncoder()

/**
 * MurmurHash3 x86 32 (A. Appleby, public domain) of a text's UTF-8 bytes, seed 0: an unsigned 32-bit integer, the same everywhere.
 * scikit-learn's `murmurhash3_32(text, seed=0, positive=True)`.
 */
export function murmurHash3(text: string): number {
  const bytes = encoder.encode(text)
  const { length } = bytes
  let hash = 0
  const mix = (block: number) => {
    const scrambled = Math.imul(block, 0xcc9e2d51)
    return Math.imul((scrambled << 15) | (scrambled >>> 17), 0x1b873593)
  }
  const whole = length & ~3
  for (let i = 0; i < whole; i += 4) {
    hash ^= mix(bytes[i]! | (bytes[i + 1]! << 8) | (bytes[i + 2]! << 16) | (bytes[i + 3]! << 24))
    hash = (Math.imul((hash << 13) | (hash >>> 19), 5) + 0xe6546b64) | 0
  }
  let tail = 0
  for (let i = length - 1; i >= whole; i--) tail = (tail << 8) | bytes[i]!
  if (whole < length) hash ^= mix(tail)
  hash ^= length
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
  return (hash ^ (hash >>> 16)) >>> 0
}
