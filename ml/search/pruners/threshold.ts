import type { Trial } from '../types.ts'
import { isDue, lastStep, valuesByStep } from './reports.ts'
import type { Interval } from './types.ts'

/** Prunes a trial whose latest value is not a number or outside the bounds. */
export function prunesByThreshold(trial: Trial, settings: Interval & { lower?: number; upper?: number }): boolean {
  const { lower = Number.NEGATIVE_INFINITY, upper = Number.POSITIVE_INFINITY } = settings
  const values = valuesByStep(trial.reports)
  const step = lastStep(values)
  if (step < 0 || !isDue(step, values, settings)) return false
  const value = values.get(step)!
  return !(value >= lower && value <= upper)
}
