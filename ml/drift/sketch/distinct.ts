const PRECISION = 11
const REGISTERS = 1 << PRECISION
/** Maximum run of leading zeros in the other 53 bits of a hash, plus one. */
const LONGEST = 64 - PRECISION + 1
const ZERO = 48

/**
 * Estimates the number of distinct values with 2048 registers (HyperLogLog, Flajolet et al. 2007), with the estimator of Ertl (2017), which
 * needs no correction tables; standard error 1.04/√2048 = 2.3 %. `registers`: one character each, '0' + its value. Plain JSON; merging is
 * lossless.
 */
export type DistinctSketch = { registers: string }

export const emptyDistinct = (): DistinctSketch => ({ registers: '0'.repeat(REGISTERS) })

/** Returns the sketch with more cells; null and NaN are ignored. A number and its text are different values. */
export function addToDistinct(sketch: DistinctSketch, values: ArrayLike<string | number | null>): DistinctSketch {
  const registers = decode(sketch)
  const words = new Uint32Array(2)
  const double = new Float64Array(words.buffer)
  for (let i = 0; i < values.length; i++) {
    const value = values[i]
    if (value === null || value === undefined || Number.isNaN(value)) continue
    let [low, high] = [0, 0]
    if (typeof value === 'number') {
      double[0] = value + 0
      ;[low, high] = [
        mix(words[0]! ^ Math.imul(words[1]!, 0x85ebca6b)),
        mix(words[1]! + Math.imul(words[0]!, 0x9e3779b1)),
      ]
    } else {
      ;[low, high] = hashText(value)
    }
    const register = high >>> (32 - PRECISION)
    const rest = (high << PRECISION) >>> 0
    const zeros = rest === 0 ? 32 - PRECISION + Math.clz32(low) : Math.clz32(rest)
    const rank = Math.min(zeros, 64 - PRECISION) + 1
    if (rank > registers[register]!) registers[register] = rank
  }
  return encode(registers)
}

export function mergeDistinct(a: DistinctSketch, b: DistinctSketch): DistinctSketch {
  const [x, y] = [decode(a), decode(b)]
  return encode(x.map((value, i) => Math.max(value, y[i]!)))
}

/** Ertl's improved raw estimator: m²·α∞ / (m·σ(C₀/m) + Σ Cₖ2⁻ᵏ + m·τ(1 − C_q₊₁/m)·2⁻q). */
export function estimateDistinct(sketch: DistinctSketch): number {
  const counts = new Float64Array(LONGEST + 1)
  for (const value of decode(sketch)) counts[value]!++
  const m = REGISTERS
  let z = m * tau(1 - counts[LONGEST]! / m)
  for (let k = LONGEST - 1; k >= 1; k--) z = (z + counts[k]!) / 2
  z += m * sigma(counts[0]! / m)
  return (m * m) / (2 * Math.LN2 * z)
}

/** x + Σ x^(2ᵏ)·2^(k−1). */
function sigma(x: number): number {
  if (x === 1) return Number.POSITIVE_INFINITY
  let [power, sum, factor] = [x, x, 1]
  for (let before = -1; sum !== before; factor *= 2) {
    before = sum
    power *= power
    sum += power * factor
  }
  return sum
}

/** (1 − x − Σ (1 − x^(2⁻ᵏ))²·2⁻ᵏ) / 3. */
function tau(x: number): number {
  if (x === 0 || x === 1) return 0
  let [root, sum, factor] = [x, 1 - x, 1]
  for (let before = -1; sum !== before; ) {
    before = sum
    root = Math.sqrt(root)
    factor /= 2
    sum -= (1 - root) ** 2 * factor
  }
  return sum / 3
}

/** The finalizer of MurmurHash3: every input bit changes half of the output bits. */
function mix(x: number): number {
  let h = x >>> 0
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b)
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35)
  return (h ^ (h >>> 16)) >>> 0
}

/** Two FNV-1a hashes with different starts, mixed together. */
function hashText(text: string): [low: number, high: number] {
  let a = 0x811c9dc5
  let b = 0x9747b28c
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i)
    a = Math.imul(a ^ unit, 0x01000193)
    b = Math.imul(b ^ unit, 0x5bd1e995)
  }
  return [mix(a ^ Math.imul(b, 0x85ebca6b)), mix(b + Math.imul(a, 0x9e3779b1) + text.length)]
}

const decode = ({ registers }: DistinctSketch) =>
  Uint8Array.from({ length: REGISTERS }, (_, i) => registers.charCodeAt(i) - ZERO)
const encode = (registers: Uint8Array): DistinctSketch => ({
  registers: Array.from(registers, value => String.fromCharCode(ZERO + value)).join(''),
})
