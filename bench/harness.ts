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
  unit: 'µs' | 'ms' | 's' | 'rows/s' | 'req/s' | 'MB'
  better: 'less' | 'more'
  /** `ratio`: ours against the best peer, ≤ when less is better (the inverse when more is); `value`: a bound in the unit. */
  goal?: { ratio: number } | { value: number }
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

export async function runRow(bench: BenchRow): Promise<RowReport> {
  const { ours, peers = {}, floor } = await bench.measure()
  const mine = summarise(ours)
  const others = Object.fromEntries(Object.entries(peers).map(([name, m]) => [name, summarise(m)]))
  const less = bench.better === 'less'
  const medians = Object.values(others).map(p => p.median)
  const best = medians.length > 0 ? (less ? Math.min(...medians) : Math.max(...medians)) : null
  const ratio = best === null ? null : less ? mine.median / best : best / mine.median
  const { goal = null } = bench
  const met =
    goal === null
      ? null
      : 'value' in goal
        ? less === mine.median <= goal.value || mine.median === goal.value
        : ratio === null
          ? null
          : ratio <= goal.ratio
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
