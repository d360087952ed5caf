import type { Direction } from '../metrics/types.ts'
import type { Random } from '../random.ts'
import { lastStep, valuesByStep } from './pruners/reports.ts'
import { encodePoint, type Space } from './space.ts'
import type { SearchOptions, Trial, TrialState } from './types.ts'

/** A trial as input of a sampler. */
export type Row = {
  trial: Trial
  state: TrialState
  /** Codes in the order of dimensions, NaN where the trial has no such parameter. */
  point: Float64Array
  /** To be minimized; +∞ without a finite value. For a pruned trial its last report. */
  loss: number
  /** Last step reported, −1 without reports. */
  step: number
}

/** Input of a sampler; the history is in the order of trial numbers. */
export type Study = {
  space: Space
  rows: Row[]
  /** Number of the trial to suggest. */
  number: number
  /** Seeded by the study's seed and the trial's number. */
  random: Random
  options: SearchOptions
}

/** Null when there is nothing left to suggest. */
export type Sampler = (study: Study) => Float64Array | null

export const byNumber = (trials: readonly Trial[]): Trial[] => [...trials].sort((a, b) => a.number - b.number)

/** Infinities are equal to themselves: their difference is NaN. */
export const compareLoss = (a: number, b: number): number => (a < b ? -1 : a > b ? 1 : 0)

export const isFinished = ({ state }: Row): boolean => state === 'complete' || state === 'pruned'

/** Best first: complete trials by loss, then pruned ones by their last step (later is better), then by their last report. */
export function compareRows(a: Row, b: Row): number {
  if (a.state !== b.state) return a.state === 'complete' ? -1 : 1
  return (a.state === 'pruned' ? b.step - a.step : 0) || compareLoss(a.loss, b.loss)
}

export function readRows(space: Space, trials: readonly Trial[], direction: Direction): Row[] {
  const sign = direction === 'minimize' ? 1 : -1
  return byNumber(trials).map(trial => {
    const reports = valuesByStep(trial.reports)
    const step = lastStep(reports)
    const value = trial.state === 'pruned' ? reports.get(step) : trial.value
    // An infinite value has no JSON form; the same trial read back from a database must have the same rank.
    const loss = typeof value === 'number' && Number.isFinite(value) ? sign * value : Number.POSITIVE_INFINITY
    return { trial, state: trial.state, point: encodePoint(space, trial.parameters), loss, step }
  })
}
