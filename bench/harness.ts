import { createRandom } from '../ml/random.ts'

/** What a benchmark measured on one side: repeated values in the row's unit, and what came out, so that a fast wrong answer shows. */
export interface Measured {
  samples: number[]
  answer: string
  /** Of a peer: what exactly it is. */
  version?: string
}

export interface BenchRow {
  /** `subject/what`, as `serving/one-row-p50`. */
  row: string
  unit: 'µs' | 'ms' | 's' | 'rows/s' | 'req/s' | 'MB' | 'log10' | 'score'
  better: 'less' | 'more'
  /**
   * `ratio`: ours against the best peer, ≤ when less is better (the inverse when more is); `value`: a bound in the unit;
   * `difference`: at most so much worse than every peer, by `pairedBound` of the samples.
   */
  goal?: { ratio: number } | { value: number } | { difference: number }
  measure(): Promise<{ ours: Measured; peers?: Record<string, Measured>; floor?: Measured }>
}

export interface BenchFile {
  rows: BenchRow[]
  /** Ends what the rows share. */
  close?(): Promise<void>
}

export interface Summary {
  median: number
  /** Half the distance between the quartiles. */
  spread: number
  answer: string
  version?: string
}

const quantile = (sorted: number[], share: number) => {
  const at = (sorted.length - 1) * share
  const low = Math.floor(at)
  return sorted[low]! + (sorted[Math.min(low + 1, sorted.length - 1)]! - sorted[low]!) * (at - low)
}

export function summarise({ samples, answer, version }: Measured): Summary {
  const sorted = [...samples].sort((a, b) => a - b)
  return {
    median: quantile(sorted, 0.5),
    spread: (quantile(sorted, 0.75) - quantile(sorted, 0.25)) / 2,
    answer,
    ...(version ? { version } : {}),
  }
}

/** How much larger ours is than theirs on average, pair by pair: upper end of the 95 % bootstrap interval. */
export function pairedBound(ours: readonly number[], theirs: readonly number[]): number {
  const random = createRandom(1)
  const differences = ours.map((value, i) => value - theirs[i]!)
  const means = Array.from({ length: 10_000 }, () => {
    let sum = 0
    for (let i = 0; i < differences.length; i++) sum += differences[random.integer(differences.length)]!
    return sum / differences.length
  })
  return quantile(
    means.sort((a, b) => a - b),
    0.975,
  )
}

export interface RowReport {
  row: string
  ours: Summary & { unit: string }
  peers: Record<string, Summary>
  floor: Summary | null
  /** Ours / best peer where less is better, the inverse where more is: below 1 we are ahead. */
  ratio: number | null
  goal: BenchRow['goal'] | null
  met: boolean | null
}

const worseBy = ({ better }: BenchRow, ours: Measured, peer: Measured) =>
  better === 'less' ? pairedBound(ours.samples, peer.samples) : pairedBound(peer.samples, ours.samples)

export async function runRow(bench: BenchRow): Promise<RowReport> {
  const { ours, peers = {}, floor } = await bench.measure()
  const mine = summarise(ours)
  const others = Object.fromEntries(Object.entries(peers).map(([name, m]) => [name, summarise(m)]))
  const less = bench.better === 'less'
  const medians = Object.values(others).map(p => p.median)
  const best = medians.length > 0 ? (less ? Math.min(...medians) : Math.max(...medians)) : null
  // Of logarithms the ratio is that of what they are logarithms of.
  const logs = bench.unit === 'log10'
  const ratio =
    best === null
      ? null
      : logs
        ? 10 ** ((mine.median - best) * (less ? 1 : -1))
        : less
          ? mine.median / best
          : best / mine.median
  const { goal = null } = bench
  const met =
    goal === null
      ? null
      : 'value' in goal
        ? less === mine.median <= goal.value || mine.median === goal.value
        : ratio === null
          ? null
          : 'ratio' in goal
            ? ratio <= goal.ratio
            : Object.values(peers).every(peer => worseBy(bench, ours, peer) <= goal.difference)
  return {
    row: bench.row,
    ours: { ...mine, unit: bench.unit },
    peers: others,
    floor: floor ? summarise(floor) : null,
    ratio,
    goal,
    met,
  }
}
