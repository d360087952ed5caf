import type { Report } from '../types.ts'
import type { Interval } from './types.ts'

/** Values by step, NaN for null; the first value reported for a step counts. */
export function valuesByStep(reports: readonly Report[] | undefined): Map<number, number> {
  const values = new Map<number, number>()
  for (const { step, value } of reports ?? []) if (!values.has(step)) values.set(step, value ?? Number.NaN)
  return values
}

/** −1 without reports. */
export const lastStep = (values: ReadonlyMap<number, number>): number =>
  [...values.keys()].reduce((last, step) => Math.max(last, step), -1)

/** Last step of the longest complete trial, null when none has reported. */
export function longestStep(trials: readonly { state: string; reports?: Report[] }[]): number | null {
  const complete = trials.filter(trial => trial.state === 'complete')
  const longest = complete.reduce((most, trial) => Math.max(most, lastStep(valuesByStep(trial.reports))), -1)
  return longest < 0 ? null : longest
}

/** Returns whether a pruner checks this step: past the warm-up, and the first report of its interval. */
export function isDue(step: number, values: ReadonlyMap<number, number>, settings: Interval): boolean {
  const { warmupSteps = 0, intervalSteps = 1 } = settings
  if (step < warmupSteps) return false
  const begin = Math.floor((step - warmupSteps) / intervalSteps) * intervalSteps + warmupSteps
  return ![...values.keys()].some(other => other >= begin && other < step)
}

/** Smallest number that is not NaN; NaN if there is none. */
export function least(values: Iterable<number>): number {
  let best = Number.NaN
  for (const value of values) if (!(value >= best) && !Number.isNaN(value)) best = value
  return best
}
