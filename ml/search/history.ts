import type { Random } from '../random.ts'
import { encodePoint, type Space } from './space.ts'
import type { Direction, SearchOptions, Trial, TrialState } from './types.ts'

/** A trial as a sampler sees it. */
export type Row = {
  state: TrialState
  /** Codes in the order of dimensions, NaN where the trial has no such parameter. */
  point: Float64Array
  /** To be minimised; +∞ when there is no finite value. Of a pruned trial its last report. */
  loss: number
  /** Last step reported, −1 without reports. */
  step: number
}

/** What a sampler may use; the history is in the order of trial numbers. */
export type Study = {
  space: Space
  rows: Row[]
  /** Of the trial to be suggested. */
  number: number
  /** Seeded by the study's seed and the trial's number. */
  random: Random
  options: SearchOptions
}

/** Null when there is nothing left to suggest. */
export type Sampler = (study: Study) => Float64Array | null

export const byNumber = (trials: readonly Trial[]): Trial[] => [...trials].sort((a, b) => a.number - b.number)

export const isMissing = (value: number | null | undefined): boolean =>
  value === null || value === undefined || Number.isNaN(value)

/** The report of the highest step; the first one given for a step counts. */
export function lastReport(trial: Trial): { step: number; value: number } | null {
  let last: { step: number; value: number } | null = null
  for (const { step, value } of trial.reports ?? [])
    if (!last || step > last.step) last = { step, value: isMissing(value) ? Number.NaN : value! }
  return last
}

export function readRows(space: Space, trials: readonly Trial[], direction: Direction): Row[] {
  const sign = direction === 'minimise' ? 1 : -1
  return byNumber(trials).map(trial => {
    const last = lastReport(trial)
    const value = trial.state === 'pruned' ? last?.value : trial.value
    // An infinite value has no JSON form; the same trial read back from a database must not rank differently.
    const loss = typeof value === 'number' && Number.isFinite(value) ? sign * value : Number.POSITIVE_INFINITY
    return { state: trial.state, point: encodePoint(space, trial.parameters), loss, step: last?.step ?? -1 }
  })
}
