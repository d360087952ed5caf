import type { Trial } from '../types.ts'
import { crc32 } from './crc32.ts'
import { pruneByHalving } from './halving.ts'
import { longestStep } from './reports.ts'
import type { HyperbandSettings, PruneDecision, PrunedStudy } from './types.ts'

/**
 * Hyperband (L. Li et al., 2018) as brackets of asynchronous halving that start pruning at ever later rungs. A trial's bracket follows from the
 * study's name and its number; only trials of one bracket compete.
 */
export function pruneByHyperband(study: PrunedStudy, trial: Trial, settings: HyperbandSettings): PruneDecision {
  const { minResource = 1, maxResource = 'auto', reductionFactor = 3, bootstrapCount = 0 } = settings
  const longest = longestStep(study.trials)
  const most = maxResource !== 'auto' ? maxResource : longest === null ? null : longest + 1
  if (most === null) return { prune: false }
  const budgets = bracketBudgets(minResource, most, reductionFactor)
  const bracket = bracketOf(study.name, trial.number, budgets)
  const competing = study.trials.filter(({ number }) => bracketOf(study.name, number, budgets) === bracket)
  return pruneByHalving(competing, study.direction, trial, {
    minResource,
    reductionFactor,
    minEarlyStoppingRate: bracket,
    bootstrapCount,
  })
}

/** The share of trials that each bracket is to have. */
export function bracketBudgets(minResource: number, maxResource: number, reductionFactor: number): number[] {
  // The tolerance: log 243 / log 3 comes out a little below 5.
  const count = Math.max(1, Math.floor(Math.log(maxResource / minResource) / Math.log(reductionFactor) + 1e-9) + 1)
  return Array.from({ length: count }, (_, bracket) => {
    const s = count - 1 - bracket
    return Math.ceil((count * reductionFactor ** s) / (s + 1))
  })
}

export function bracketOf(studyName: string, number: number, budgets: readonly number[]): number {
  const total = budgets.reduce((sum, budget) => sum + budget, 0)
  let left = crc32(`${studyName}_${number}`) % total
  return budgets.findIndex(budget => {
    left -= budget
    return left < 0
  })
}
