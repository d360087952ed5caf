import type { Direction } from '../../metrics/types.ts'
import type { Trial } from '../types.ts'
import { lastStep, longestStep, valuesByStep } from './reports.ts'
import type { HalvingSettings, PruneDecision } from './types.ts'

/**
 * Asynchronous successive halving (L. Li et al., 2018): at step minResource · η^(rate + rung) a trial continues only if it is among the
 * best
 * 1/η of all that have reached this rung so far; the first η − 1 must be the best of all.
 */
export function pruneByHalving(
  trials: readonly Trial[],
  direction: Direction,
  trial: Trial,
  settings: HalvingSettings,
): PruneDecision {
  const { minResource = 'auto', reductionFactor = 4, minEarlyStoppingRate = 0, bootstrapCount = 0 } = settings
  const values = valuesByStep(trial.reports)
  const step = lastStep(values)
  const rungs = [...(trial.rungs ?? [])]
  if (step < 0) return { prune: false, rungs }
  const longest = longestStep(trials)
  const resource =
    minResource !== 'auto' ? minResource : longest === null ? null : Math.max(1, Math.floor(longest / 100))
  if (resource === null) return { prune: false, rungs }
  const value = values.get(step)!
  const others = trials.filter(({ number }) => number !== trial.number)
  while (step >= resource * reductionFactor ** (minEarlyStoppingRate + rungs.length)) {
    if (Number.isNaN(value)) return { prune: true, rungs }
    const rung = rungs.length
    rungs.push(value)
    const competing = others.flatMap(other => other.rungs?.[rung] ?? [])
    competing.push(value)
    if (competing.length <= bootstrapCount) return { prune: true, rungs }
    const sorted = competing.sort((a, b) => (direction === 'minimize' ? a - b : b - a))
    const last = sorted[Math.max(0, Math.floor(sorted.length / reductionFactor) - 1)]!
    if (direction === 'minimize' ? value > last : value < last) return { prune: true, rungs }
  }
  return { prune: false, rungs }
}
