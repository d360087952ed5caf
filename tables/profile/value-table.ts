const scratch = new Float64Array(1)
const words = new Uint32Array(scratch.buffer)

function hash(x: number): number {
  scratch[0] = x
  let h = Math.imul(words[0]! ^ Math.imul(words[1]!, 0x9e3779b1), 0x85ebca6b)
  h ^= h >>> 15
  h = Math.imul(h, 0xc2b2ae35)
  return h ^ (h >>> 13)
}

/**
 * Counts numbers by value. Beyond `most` distinct values it keeps every second, fourth … of them, chosen by hash, independent of their
 * frequency; the number of distinct values is then estimated from the kept ones, within about 1 %.
 */
export class ValueTable {
  #keys = new Float64Array(1024).fill(Number.NaN)
  #counts = new Uint32Array(1024)
  #size = 0
  /** One of 2^thinning distinct values is kept. */
  #thinning = 0
  #seen = 0
  #frequent: number[] = []
  readonly #most: number

  constructor(most: number) {
    this.#most = most
  }

  add(x: number): void {
    this.#seen++
    const value = x === 0 ? 0 : x
    const h = hash(value)
    if (this.#thinning > 0 && h >>> (32 - this.#thinning) !== 0) return
    const mask = this.#keys.length - 1
    for (let slot = h & mask; ; slot = (slot + 1) & mask) {
      if (this.#counts[slot] === 0) {
        this.#keys[slot] = value
        this.#counts[slot] = 1
        if (++this.#size > this.#most) this.#thin()
        else if (this.#size * 2 > this.#keys.length) this.#rebuild(this.#keys.length * 2)
        return
      }
      if (this.#keys[slot] === value) {
        this.#counts[slot]!++
        return
      }
    }
  }

  get exact(): boolean {
    return this.#thinning === 0
  }

  get distinct(): number {
    return this.#size * 2 ** this.#thinning
  }

  /** Values that held at least 0.5 % of the cells when the table became full: worth an exact count in a second pass. */
  get frequent(): number[] {
    return this.#frequent
  }

  /** The kept values, ascending. */
  sorted(): Float64Array {
    const values = new Float64Array(this.#size)
    let kept = 0
    for (let slot = 0; slot < this.#keys.length; slot++)
      if (this.#counts[slot] !== 0) values[kept++] = this.#keys[slot]!
    return values.sort()
  }

  countOf(value: number): number {
    const mask = this.#keys.length - 1
    for (let slot = hash(value) & mask; this.#counts[slot] !== 0; slot = (slot + 1) & mask)
      if (this.#keys[slot] === value) return this.#counts[slot]!
    return 0
  }

  /** Unordered. Complete only while `exact`. */
  *entries(): Generator<[value: number, count: number]> {
    for (let slot = 0; slot < this.#keys.length; slot++)
      if (this.#counts[slot] !== 0) yield [this.#keys[slot]!, this.#counts[slot]!]
  }

  /** Calls `visit` with each value and its count, unordered and without an object per value. */
  forEach(visit: (value: number, count: number) => void): void {
    for (let slot = 0; slot < this.#keys.length; slot++)
      if (this.#counts[slot] !== 0) visit(this.#keys[slot]!, this.#counts[slot]!)
  }

  #thin(): void {
    if (this.#thinning === 0)
      this.#frequent = [...this.entries()].filter(([, n]) => n >= 4 && n * 200 >= this.#seen).map(([value]) => value)
    this.#thinning++
    this.#rebuild(this.#keys.length)
  }

  #rebuild(length: number): void {
    const [keys, counts] = [this.#keys, this.#counts]
    this.#keys = new Float64Array(length).fill(Number.NaN)
    this.#counts = new Uint32Array(length)
    this.#size = 0
    const mask = length - 1
    for (let old = 0; old < keys.length; old++) {
      const count = counts[old]!
      if (count === 0) continue
      const value = keys[old]!
      const h = hash(value)
      if (this.#thinning > 0 && h >>> (32 - this.#thinning) !== 0) continue
      let slot = h & mask
      while (this.#counts[slot] !== 0) slot = (slot + 1) & mask
      this.#keys[slot] = value
      this.#counts[slot] = count
      this.#size++
    }
  }
}
