/**
 * The engine's only source of randomness: xoshiro128** (Blackman and Vigna, 2018) seeded by splitmix32.
 * The same seed gives the same numbers on every platform.
 */
export type Random = {
  /** Uniform in [0, 1), 53 random bits. */
  next(): number
  /** Unsigned 32-bit integer. */
  uint32(): number
  /** Uniform integer in [0, bound), without modulo bias. `bound` ≤ 2³². */
  integer(bound: number): number
  /** Standard normal (Box–Muller, one value per call pair cached). */
  normal(): number
  /** Fisher–Yates in place; returns the same array. */
  shuffle<T extends Int32Array | Uint32Array | unknown[]>(items: T): T
}

/** @param seed any finite number; its 64 lowest integer bits count. */
export function createRandom(seed: number): Random {
  let mix = seed >>> 0
  // The high half of large seeds must be used too.
  mix = (mix ^ Math.imul(Math.floor(seed / 2 ** 32) >>> 0, 0x9e3779b1)) >>> 0
  const splitmix = () => {
    mix = (mix + 0x9e3779b9) >>> 0
    let z = mix
    z = Math.imul(z ^ (z >>> 16), 0x85ebca6b)
    z = Math.imul(z ^ (z >>> 13), 0xc2b2ae35)
    return (z ^ (z >>> 16)) >>> 0
  }
  let a = splitmix()
  let b = splitmix()
  let c = splitmix()
  let d = splitmix()
  if ((a | b | c | d) === 0) a = 1
  let spare = Number.NaN

  const uint32 = () => {
    const product = Math.imul(b, 5)
    const result = Math.imul((product << 7) | (product >>> 25), 9) >>> 0
    const t = b << 9
    c ^= a
    d ^= b
    b ^= c
    a ^= d
    c ^= t
    d = (d << 11) | (d >>> 21)
    return result
  }
  const next = () => {
    const high = uint32() >>> 5
    const low = uint32() >>> 6
    return (high * 67108864 + low) / 9007199254740992
  }
  const integer = (bound: number) => {
    const limit = 4294967296 - (4294967296 % bound)
    let value = uint32()
    while (value >= limit) value = uint32()
    return value % bound
  }
  const normal = () => {
    if (!Number.isNaN(spare)) {
      const value = spare
      spare = Number.NaN
      return value
    }
    const radius = Math.sqrt(-2 * Math.log(1 - next()))
    const angle = 2 * Math.PI * next()
    spare = radius * Math.sin(angle)
    return radius * Math.cos(angle)
  }
  const shuffle = <T extends Int32Array | Uint32Array | unknown[]>(items: T): T => {
    const list = items as unknown[]
    for (let i = list.length - 1; i > 0; i--) {
      const j = integer(i + 1)
      const held = list[i]
      list[i] = list[j]
      list[j] = held
    }
    return items
  }
  return { next, uint32, integer, normal, shuffle }
}

/** Derives a seed for a named part of a run, so that parts do not share a stream (FNV-1a over the name, mixed with the seed). */
export function deriveSeed(seed: number, part: string): number {
  let hash = 0x811c9dc5 ^ (seed >>> 0)
  for (let i = 0; i < part.length; i++) hash = Math.imul(hash ^ part.charCodeAt(i), 0x01000193)
  return (hash ^ (hash >>> 15)) >>> 0
}
