import type { Trial } from '../types.ts'
import { isDue, lastStep, least, valuesByStep } from './reports.ts'
import type { PercentileSettings, PrunedStudy } from './types.ts'

/** Prunes a trial whose best value so far is worse than the percentile of the complete trials' values at the same step (Vizier's rule). */
export function prunesByPercentile(
  { trials, direction }: PrunedStudy,
  trial: Trial,
  settings: PercentileSettings & { percentile: number },
): boolean {
  const complete = trials.filter(({ state }) => state === 'complete')
  if (complete.length === 0 || complete.length < (settings.startupTrials ?? 5)) return false
  const own = valuesByStep(trial.reports)
  const step = lastStep(own)
  if (step < 0 || !isDue(step, own, settings)) return false
  // For negated values the percentile counts from the other end.
  const sign = direction === 'minimize' ? 1 : -1
  const best = least([...own.values()].map(value => sign * value))
  if (Number.isNaN(best)) return true
  const others = complete.map(other => valuesByStep(other.reports).get(step)).filter(value => value !== undefined)
  if (others.length < (settings.minTrials ?? 1)) return false
  return (
    best >
    percentileOf(
      others.map(value => sign * value),
      settings.percentile,
    )
  )
}

/** Linear between the two nearest ranks, ignoring NaN; NaN for no values, so that nothing is pruned. */
function percentileOf(values: readonly number[], percentile: number): number {
  const sorted = values.filter(value => !Number.isNaN(value)).sort((a, b) => a - b)
  if (sorted.length === 0) return Number.NaN
  const at = ((sorted.length - 1) * percentile) / 100
  const below = sorted[Math.floor(at)]!
  const share = at - Math.floor(at)
  return share === 0 ? below : below + share * (sorted[Math.ceil(at)]! - below)
}
