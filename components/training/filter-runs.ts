import { readState } from '#server/kernel/contract.ts'
import type { RunSummary } from '#server/training/contract.ts'
import { formatParameters, tookMs } from './labels.ts'

export interface RunFilter {
  find: string
  trainers: string[]
  states: string[]
}

/** Every word must be found in the run's name, number, trainer, settings or reason. */
export function filterRuns(runs: readonly RunSummary[], { find, trainers, states }: RunFilter): RunSummary[] {
  const words = find.toLowerCase().split(/\s+/).filter(Boolean)
  return runs.filter(run => {
    if (trainers.length > 0 && !trainers.includes(run.trainer)) return false
    if (states.length > 0 && !states.map(readState).includes(run.status)) return false
    if (words.length === 0) return true
    const text =
      `#${run.number} ${run.name} ${run.trainer} ${formatParameters(run.params)} ${run.status} ${run.reason ?? ''}`.toLowerCase()
    return words.every(word => text.includes(word))
  })
}

export const SORTS = ['measured', 'run', 'trainer', 'time', 'state'] as const
export type Sort = (typeof SORTS)[number]

/** Runs without the value asked for come last, whichever way it is sorted. */
export function sortRuns(
  runs: readonly RunSummary[],
  sort: Sort,
  reverse: boolean,
  direction: 'minimize' | 'maximize' | null,
): RunSummary[] {
  const sign = reverse ? -1 : 1
  const best = direction === 'maximize' ? -1 : 1
  const value = (run: RunSummary): number | string | null => {
    if (sort === 'measured') return run.measured?.value == null ? null : best * run.measured.value
    if (sort === 'time') return tookMs(run)
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
export function bestOfTrainers(runs: readonly RunSummary[], direction: 'minimize' | 'maximize'): RunSummary[] {
  const seen = new Set<string>()
  return sortRuns(runs, 'measured', false, direction).filter(run => {
    if (run.measured?.value == null || seen.has(run.trainer)) return false
    seen.add(run.trainer)
    return true
  })
}
