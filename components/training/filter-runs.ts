import type { Direction } from '#ml/index.ts'
import { readState } from '#server/kernel/contract.ts'
import type { RunSummary } from '#server/training/contract.ts'
import { formatFacets } from '../ui/data-table/table-state.ts'
import { tookMs } from './labels.ts'

/** Addresses of former versions named the filters `find`, `trainer`, `state`; `null`: nothing to rewrite. */
export function upgradeRunFilter(params: Readonly<Record<string, string | undefined>>): string | null {
  const { find, trainer, state, sort, reverse, ...rest } = params
  if (!find && !trainer && !state && !reverse) return null
  const query = new URLSearchParams()
  for (const [key, value] of Object.entries({ ...rest, q: find, sort })) if (value) query.set(key, value)
  const filter = formatFacets({
    trainer: trainer?.split(',') ?? [],
    state: state?.split(',').map(readState) ?? [],
  })
  if (filter) query.set('filter', filter)
  return query.toString()
}

export const SORTS = ['measured', 'run', 'trainer', 'time', 'state'] as const
export type Sort = (typeof SORTS)[number]

/** Runs without the value come last in either direction. */
export function sortRuns(
  runs: readonly RunSummary[],
  sort: Sort,
  reverse: boolean,
  direction: Direction | null,
): RunSummary[] {
  const sign = reverse ? -1 : 1
  const best = direction === 'maximize' ? -1 : 1
  const value = (run: RunSummary): number | string | null => {
    if (sort === 'measured') return run.measured?.value == null ? null : best * run.measured.value
    if (sort === 'time') return run.trainMs ?? tookMs(run)
    if (sort === 'run') return run.number
    return sort === 'trainer' ? run.trainer : run.status
  }
  return [...runs].sort((a, b) => {
    const [x, y] = [value(a), value(b)]
    if (x === null || y === null) return x === y ? a.number - b.number : x === null ? 1 : -1
    if (x === y) return a.number - b.number
    return sign * (x < y ? -1 : 1)
  })
}

/** The scale of a table's intervals: linear, or logarithmic when the worst run would squash all others together. */
export function intervalScale(runs: readonly RunSummary[]) {
  const values = runs.flatMap(run => {
    const { value, low, high } = run.measured ?? { value: null, low: null, high: null }
    return value === null ? [] : [low ?? value, high ?? value]
  })
  const [min, max] = [Math.min(...values), Math.max(...values)]
  const log = min > 0 && max / min > 2.5
  const place = (v: number) => (log ? Math.log(Math.max(v, min)) : v)
  return { place, min: place(min), max: place(max), log }
}

/** The best measured run of each trainer, best first. */
export function bestOfTrainers(runs: readonly RunSummary[], direction: Direction): RunSummary[] {
  const seen = new Set<string>()
  return sortRuns(runs, 'measured', false, direction).filter(run => {
    if (run.measured?.value == null || seen.has(run.trainer)) return false
    seen.add(run.trainer)
    return true
  })
}
