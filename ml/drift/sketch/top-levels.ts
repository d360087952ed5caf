/**
 * Finds the most frequent levels of an unbounded stream in bounded memory (Misra and Gries 1982; merging as in Agarwal et al. 2012). A
 * count
 * is too small by at most `error`, never too large, and `error` ≤ count / (capacity + 1): every level more frequent than that is kept.
 * Plain
 * JSON; immutable.
 */
export type TopLevels = {
  capacity: number
  /** Number of cells. */
  count: number
  error: number
  /** Largest first. */
  levels: [level: string, count: number][]
}

export const emptyTopLevels = (capacity = 100): TopLevels => ({ capacity, count: 0, error: 0, levels: [] })

/** Returns the summary with more cells; null is ignored. */
export function addToTopLevels(summary: TopLevels, values: ArrayLike<string | null>): TopLevels {
  const counts = new Map<string, number>()
  let count = 0
  for (let i = 0; i < values.length; i++) {
    const level = values[i]
    if (level === null || level === undefined) continue
    count++
    counts.set(level, (counts.get(level) ?? 0) + 1)
  }
  return mergeTopLevels(summary, { capacity: summary.capacity, count, error: 0, levels: [...counts] })
}

/** Merges two summaries. @throws RangeError when the capacities differ. */
export function mergeTopLevels(a: TopLevels, b: TopLevels): TopLevels {
  if (a.capacity !== b.capacity) throw new RangeError('Summaries of different capacity do not add up.')
  const counts = new Map(a.levels)
  for (const [level, count] of b.levels) counts.set(level, (counts.get(level) ?? 0) + count)
  const ranked = [...counts].sort((x, y) => y[1] - x[1] || (x[0] < y[0] ? -1 : 1))
  // Subtracts the count of the first level beyond the capacity from all: each unit is removed from capacity + 1 levels at once.
  const excess = ranked[a.capacity]?.[1] ?? 0
  const levels = ranked
    .slice(0, a.capacity)
    .map(([level, count]): [string, number] => [level, count - excess])
    .filter(([, count]) => count > 0)
  return { capacity: a.capacity, count: a.count + b.count, error: a.error + b.error + excess, levels }
}
