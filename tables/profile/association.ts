/** With fewer common rows no association is measured. */
const FEWEST = 3

/** Numbers with NaN for missing cells, sorted once. */
export interface NumberSeries {
  values: Float64Array
  complete: boolean
  /** Rank of each value among the distinct ones, −1 where it is missing. */
  places: Int32Array
  different: number
  /** Centered and scaled to length one; only for complete columns. */
  unit?: Float64Array
  unitRanks?: Float64Array
}

/** Codes from 0, −1 where a cell is missing. */
export interface GroupSeries {
  codes: Int32Array
  levels: number
}

export function numberSeries(values: Float64Array): NumberSeries {
  const sorted = values.filter(Number.isFinite).sort()
  const complete = sorted.length === values.length
  let different = 0
  for (const v of sorted) if (different === 0 || v !== sorted[different - 1]) sorted[different++] = v
  const places = new Int32Array(values.length)
  for (let i = 0; i < values.length; i++) {
    const v = values[i]!
    if (!Number.isFinite(v)) {
      values[i] = Number.NaN
      places[i] = -1
      continue
    }
    let [low, high] = [0, different - 1]
    while (low < high) {
      const middle = (low + high) >>> 1
      if (sorted[middle]! < v) low = middle + 1
      else high = middle
    }
    places[i] = low
  }
  const series: NumberSeries = { values, complete, places, different }
  if (complete) {
    series.unit = unit(values)
    series.unitRanks = unit(ranks(series))
  }
  return series
}

/** Returns average ranks from 1 for rows where `other` is also present; NaN elsewhere. */
export function ranks({ places, different }: NumberSeries, other?: NumberSeries): Float64Array {
  const counts = new Uint32Array(different)
  const kept = (i: number) => places[i]! >= 0 && (!other || other.places[i]! >= 0)
  for (let i = 0; i < places.length; i++) if (kept(i)) counts[places[i]!]!++
  const shared = new Float64Array(different)
  let below = 0
  for (let k = 0; k < different; k++) {
    shared[k] = below + (counts[k]! + 1) / 2
    below += counts[k]!
  }
  const result = new Float64Array(places.length)
  for (let i = 0; i < places.length; i++) result[i] = kept(i) ? shared[places[i]!]! : Number.NaN
  return result
}

function unit(values: Float64Array): Float64Array | undefined {
  const first = values[0]
  if (values.length < FEWEST || first === undefined) return undefined
  // Subtracting a shift keeps differences exact far from zero; scaling keeps squares from overflowing.
  let largest = 0
  for (const v of values) largest = Math.max(largest, Math.abs(v - first))
  if (largest === 0 || !Number.isFinite(largest)) return undefined
  let sum = 0
  for (const v of values) sum += (v - first) / largest
  const mean = sum / values.length
  const result = new Float64Array(values.length)
  let squares = 0
  for (let i = 0; i < values.length; i++) {
    const d = (values[i]! - first) / largest - mean
    result[i] = d
    squares += d * d
  }
  const length = Math.sqrt(squares)
  for (let i = 0; i < result.length; i++) result[i]! /= length
  return result
}

const clamp = (r: number) => Math.max(-1, Math.min(1, r))

function dot(a: Float64Array, b: Float64Array): number {
  let [s0, s1, s2, s3] = [0, 0, 0, 0]
  const whole = a.length - (a.length % 4)
  for (let i = 0; i < whole; i += 4) {
    s0 += a[i]! * b[i]!
    s1 += a[i + 1]! * b[i + 1]!
    s2 += a[i + 2]! * b[i + 2]!
    s3 += a[i + 3]! * b[i + 3]!
  }
  for (let i = whole; i < a.length; i++) s0 += a[i]! * b[i]!
  return s0 + s1 + s2 + s3
}

/** Copies the rows where both are present. */
function common(a: Float64Array, b: Float64Array): [Float64Array, Float64Array] {
  const [x, y] = [new Float64Array(a.length), new Float64Array(a.length)]
  let n = 0
  for (let i = 0; i < a.length; i++) {
    const both = a[i]! - a[i]! === 0 && b[i]! - b[i]! === 0
    if (!both) continue
    x[n] = a[i]!
    y[n++] = b[i]!
  }
  return [x.subarray(0, n), y.subarray(0, n)]
}

function correlate(a: Float64Array, b: Float64Array): number | null {
  const [x, y] = common(a, b)
  const [ux, uy] = [unit(x), unit(y)]
  return ux && uy ? clamp(dot(ux, uy)) : null
}

/** Returns Pearson's correlation over rows with both; null without variance. */
export function pearson(a: NumberSeries, b: NumberSeries): number | null {
  if (a.complete && b.complete) return a.unit && b.unit ? clamp(dot(a.unit, b.unit)) : null
  return correlate(a.values, b.values)
}

/** Returns Spearman's correlation: Pearson of the ranks over rows with both. */
export function spearman(a: NumberSeries, b: NumberSeries): number | null {
  if (a.complete && b.complete) return a.unitRanks && b.unitRanks ? clamp(dot(a.unitRanks, b.unitRanks)) : null
  return correlate(ranks(a, b), ranks(b, a))
}

interface Crossed {
  n: number
  /** Contingency table, row by row, of levels that occur. */
  cells: Float64Array
  rows: Float64Array
  columns: Float64Array
}

function cross(a: GroupSeries, b: GroupSeries): Crossed {
  const cells = new Float64Array(a.levels * b.levels)
  const [rows, columns] = [new Float64Array(a.levels), new Float64Array(b.levels)]
  let n = 0
  for (let i = 0; i < a.codes.length; i++) {
    const [x, y] = [a.codes[i]!, b.codes[i]!]
    if (x < 0 || y < 0) continue
    n++
    cells[x * b.levels + y]!++
    rows[x]!++
    columns[y]!++
  }
  return { n, cells, rows, columns }
}

const used = (counts: Float64Array) => counts.reduce((n, c) => n + (c > 0 ? 1 : 0), 0)

/** Returns Cramér's V with the bias correction of Bergsma (2013): independent columns score near 0 for any number of levels. */
export function cramersV(a: GroupSeries, b: GroupSeries): number | null {
  const { n, cells, rows, columns } = cross(a, b)
  const [r, c] = [used(rows), used(columns)]
  if (n < FEWEST || r < 2 || c < 2) return null
  let chi2 = 0
  for (let x = 0; x < rows.length; x++)
    for (let y = 0; y < columns.length; y++) {
      const expected = (rows[x]! * columns[y]!) / n
      if (expected > 0) chi2 += (cells[x * columns.length + y]! - expected) ** 2 / expected
    }
  const phi2 = Math.max(0, chi2 / n - ((r - 1) * (c - 1)) / (n - 1))
  const least = Math.min(r - (r - 1) ** 2 / (n - 1), c - (c - 1) ** 2 / (n - 1)) - 1
  return least <= 0 ? null : Math.min(1, Math.sqrt(phi2 / least))
}

/** Returns η², the share of a number's variance that lies between groups. */
export function correlationRatio(numbers: NumberSeries, groups: GroupSeries): number | null {
  const [sums, counts] = [new Float64Array(groups.levels), new Float64Array(groups.levels)]
  const { values } = numbers
  const rows = Array.from(values.keys()).filter(i => !Number.isNaN(values[i]!) && groups.codes[i]! >= 0)
  if (rows.length < FEWEST) return null
  const first = values[rows[0]!]!
  const mean = rows.reduce((sum, i) => sum + (values[i]! - first) / rows.length, 0)
  let within = 0
  for (const i of rows) {
    const d = values[i]! - first - mean
    sums[groups.codes[i]!]! += d
    counts[groups.codes[i]!]!++
    within += d * d
  }
  if (used(counts) < 2 || within === 0) return null
  let between = 0
  for (let g = 0; g < sums.length; g++) if (counts[g]! > 0) between += sums[g]! ** 2 / counts[g]!
  const ratio = between / within
  return Number.isFinite(ratio) ? Math.min(1, ratio) : null
}

/** Returns mutual information in nats, minus the expected excess of independent columns (Miller and Madow). */
export function mutualInformation(a: GroupSeries, b: GroupSeries): number | null {
  const { n, cells, rows, columns } = cross(a, b)
  if (n < FEWEST) return null
  let sum = 0
  for (let x = 0; x < rows.length; x++)
    for (let y = 0; y < columns.length; y++) {
      const cell = cells[x * columns.length + y]!
      if (cell > 0) sum += (cell / n) * Math.log((cell * n) / (rows[x]! * columns[y]!))
    }
  return Math.max(0, sum - ((used(rows) - 1) * (used(columns) - 1)) / (2 * n))
}

/** Bins numbers into groups of about equal counts; equal values stay together. */
export function inTenths(series: NumberSeries, parts = 10): GroupSeries {
  const rank = ranks(series)
  const n = series.places.reduce((sum, place) => sum + (place >= 0 ? 1 : 0), 0)
  const codes = Int32Array.from(rank, r =>
    Number.isNaN(r) ? -1 : Math.min(parts - 1, Math.floor(((r - 0.5) * parts) / n)),
  )
  return { codes, levels: parts }
}
