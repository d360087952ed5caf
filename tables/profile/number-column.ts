import type { Bin } from './contract.ts'
import { ValueTable } from './value-table.ts'

export const QUANTILES = [0.05, 0.25, 0.5, 0.75, 0.95]
export const BINS = 24
const FINE = 128
const TOP = 10
/** Maximum number of values kept per column for exact quantiles. */
const MAX_KEPT = 400_000

/** Collects statistics of a numeric column chunk by chunk: in one pass over all rows, or two for columns with many values. */
export class NumberColumn {
  readonly #low: number
  readonly #high: number
  readonly #whole: boolean
  readonly #scale: number
  readonly #middle: number
  readonly #fine = new Uint32Array(BINS * FINE)
  readonly #table: ValueTable | undefined
  #n = 0
  #sum = 0
  #squares = 0
  #cubes = 0
  #zeros = 0
  #negatives = 0
  #infinite = 0
  #before = Number.NaN
  #rises = false
  #falls = false
  #wanted: Uint8Array | undefined
  #kept: Float64Array | undefined
  #keptCount = 0
  #keptRanks: number[] = []
  #frequent = new Map<number, number>()

  /** `low`, `high`: of the finite values. `most`: maximum number of distinct values counted; 0: none. */
  constructor(options: { low: number; high: number; whole: boolean; most: number }) {
    this.#low = options.low
    this.#high = options.high
    this.#whole = options.whole
    this.#middle = options.low / 2 + options.high / 2
    const width = options.high - options.low
    this.#scale = Number.isFinite(width) && width > 0 ? (BINS * FINE) / width : 0
    this.#table = options.most > 0 ? new ValueTable(options.most) : undefined
  }

  /** Missing cells are NaN. */
  read(values: Float64Array, rows: number): void {
    const [low, scale, middle, last, fine, table] = [
      this.#low,
      this.#scale,
      this.#middle,
      BINS * FINE - 1,
      this.#fine,
      this.#table,
    ]
    let [n, sum, squares, cubes, zeros, negatives, before] = [0, 0, 0, 0, 0, 0, this.#before]
    let [rises, falls] = [this.#rises, this.#falls]
    for (let row = 0; row < rows; row++) {
      const x = values[row]!
      if (x - x !== 0) {
        if (!Number.isNaN(x)) this.#infinite++
        continue
      }
      n++
      const d = x - middle
      const dd = d * d
      sum += d
      squares += dd
      cubes += dd * d
      if (x <= 0) {
        if (x === 0) zeros++
        else negatives++
      }
      if (x > before) rises = true
      else if (x < before) falls = true
      before = x
      const bin = ((x - low) * scale) | 0
      fine[Math.min(bin, last)]!++
      table?.add(x)
    }
    this.#n += n
    this.#sum += sum
    this.#squares += squares
    this.#cubes += cubes
    this.#zeros += zeros
    this.#negatives += negatives
    this.#before = before
    this.#rises = rises
    this.#falls = falls
  }

  /** Returns whether `readAgain` must see all rows; decides which values it keeps. */
  needsSecondPass(): boolean {
    if (this.#table?.exact || this.#scale === 0 || this.#n === 0) return false
    for (const value of this.#table?.frequent ?? []) this.#frequent.set(value, 0)
    const wanted = new Uint8Array(this.#fine.length)
    let held = 0
    let above = 0
    const ranks = this.#ranks()
    for (const [bin, count] of this.#fine.entries()) {
      if (ranks.some(r => r >= above && r < above + count)) {
        wanted[bin] = 1
        // Rank of the bin's first value minus its index among the kept ones.
        this.#keptRanks.push(above - held, held, count)
        held += count
      }
      above += count
    }
    if (held <= MAX_KEPT) {
      this.#wanted = wanted
      this.#kept = new Float64Array(held)
    }
    return this.#wanted !== undefined || this.#frequent.size > 0
  }

  readAgain(values: Float64Array, rows: number): void {
    const [low, scale, last, wanted, kept] = [this.#low, this.#scale, BINS * FINE - 1, this.#wanted, this.#kept]
    for (let row = 0; row < rows; row++) {
      const x = values[row]!
      if (x - x !== 0) continue
      if (wanted && kept) {
        const bin = ((x - low) * scale) | 0
        if (wanted[Math.min(bin, last)] === 1) kept[this.#keptCount++] = x
      }
      if (this.#frequent.size > 0) {
        const count = this.#frequent.get(x)
        if (count !== undefined) this.#frequent.set(x, count + 1)
      }
    }
  }

  get distinct(): { distinct: number; distinctExact: boolean } | undefined {
    return this.#table && { distinct: this.#table.distinct, distinctExact: this.#table.exact }
  }

  get top(): { value: string; count: number }[] {
    const enough = this.#table?.exact ? 1 : this.#n / 100
    const before = (a: [number, number], b: [number, number]) => b[1] - a[1] || a[0] - b[0]
    // Few values are needed: those outside the needed bins are skipped.
    const best: [number, number][] = []
    const consider = (value: number, count: number) => {
      if (count < enough) return
      const last = best[TOP - 1]
      if (last && (last[1] > count || (last[1] === count && last[0] < value))) return
      best.push([value, count])
      best.sort(before)
      best.length = Math.min(best.length, TOP)
    }
    if (this.#table?.exact) this.#table.forEach(consider)
    else for (const [value, count] of this.#frequent) consider(value, count)
    return best.map(([value, count]) => ({ value: String(value), count }))
  }

  /** undefined: the values are too close together for one pass; the database has to sort them. */
  get quantiles(): Record<string, number> | undefined {
    if (this.#n === 0) return {}
    const sorted = this.#orderStatistics()
    return sorted && Object.fromEntries(QUANTILES.map(q => [String(q), interpolate(q * (this.#n - 1), sorted)]))
  }

  get histogram(): Bin[] {
    if (this.#scale === 0) return []
    const [low, high] = [this.#low, this.#high]
    const range = high - low
    if (this.#whole && this.#table?.exact) {
      // Integers: every bin covers the same number of them.
      const width = Math.ceil((range + 1) / BINS)
      const bins = this.#bins(Math.ceil((range + 1) / width), width)
      for (const [value, count] of this.#table.entries()) bins[Math.floor((value - low) / width)]!.count += count
      return bins
    }
    const bins = this.#bins(BINS, range / BINS)
    for (const [i, count] of this.#fine.entries()) bins[Math.floor(i / FINE)]!.count += count
    return bins
  }

  get spread() {
    const n = this.#n
    const mean = n === 0 ? null : this.#middle + this.#sum / n
    const m = this.#sum / n
    const m2 = Math.max(0, this.#squares / n - m * m)
    const m3 = this.#cubes / n - 3 * m * (this.#squares / n) + 2 * m ** 3
    const sd = n < 2 ? null : Math.sqrt((m2 * n) / (n - 1))
    const skewness = m2 > 0 && n > 2 ? m3 / m2 ** 1.5 : null
    const finite = (x: number | null) => (x !== null && Number.isFinite(x) ? x : null)
    return {
      mean: finite(mean),
      sd: finite(sd),
      skewness: finite(skewness),
      zeros: this.#zeros,
      negatives: this.#negatives,
      infinite: this.#infinite,
      monotone:
        n < 3 || this.#rises === this.#falls ? null : this.#rises ? ('increasing' as const) : ('decreasing' as const),
    }
  }

  #bins(count: number, width: number): Bin[] {
    return Array.from({ length: count }, (_, b) => ({
      from: this.#low + b * width,
      to: b === count - 1 && !this.#whole ? this.#high : this.#low + (b + 1) * width,
      count: 0,
    }))
  }

  /** Ranks between which quantiles are interpolated. */
  #ranks(): number[] {
    return QUANTILES.flatMap(q => {
      const at = q * (this.#n - 1)
      return [Math.floor(at), Math.min(this.#n - 1, Math.floor(at) + 1)]
    })
  }

  #orderStatistics(): ((rank: number) => number) | undefined {
    if (this.#table?.exact) {
      const values = this.#table.sorted()
      // Values that all differ are their own ranks.
      if (values.length === this.#n) return rank => values[rank]!
      const ends = new Float64Array(values.length)
      let all = 0
      for (let i = 0; i < values.length; i++) {
        all += this.#table.countOf(values[i]!)
        ends[i] = all
      }
      return rank => values[ends.findIndex(end => rank < end)]!
    }
    if (this.#low === this.#high) return () => this.#low
    const kept = this.#kept?.sort()
    if (!kept) return undefined
    return rank => {
      for (let i = 0; i < this.#keptRanks.length; i += 3) {
        const [less, first, count] = this.#keptRanks.slice(i, i + 3) as [number, number, number]
        const place = rank - less
        if (place >= first && place < first + count) return kept[place]!
      }
      throw new Error(`rank ${rank} was not kept`)
    }
  }
}

function interpolate(at: number, sorted: (rank: number) => number): number {
  const low = Math.floor(at)
  const below = sorted(low)
  return at === low ? below : below + (sorted(low + 1) - below) * (at - low)
}
