import { EngineError } from '../../errors.ts'
import type { Trial } from '../types.ts'
import { pruneByHalving } from './halving.ts'
import { pruneByHyperband } from './hyperband.ts'
import { isStuck } from './patient.ts'
import { prunesByPercentile } from './percentile.ts'
import { prunesByThreshold } from './threshold.ts'
import type { PruneDecision, PrunedStudy } from './types.ts'

/**
 * Returns whether to stop a running trial; call it after each report. The decisions are those of Optuna 5. A pure function of the rows of a
 * study (`study.trials`, in any order, may contain the trial itself).
 * @throws EngineError `pruner` for an unknown one.
 */
export function shouldPrune(study: PrunedStudy, trial: Trial): PruneDecision {
  const { pruner, trials, direction } = study
  switch (pruner.kind) {
    case 'none':
      return { prune: false }
    case 'median':
      return { prune: prunesByPercentile(study, trial, { ...pruner, percentile: 50 }) }
    case 'percentile':
      return { prune: prunesByPercentile(study, trial, pruner) }
    case 'successive-halving':
      return pruneByHalving(trials, direction, trial, pruner)
    case 'hyperband':
      return pruneByHyperband(study, trial, pruner)
    case 'threshold':
      return { prune: prunesByThreshold(trial, pruner) }
    case 'patient':
      if (!isStuck(trial, direction, pruner)) return { prune: false }
      return pruner.pruner ? shouldPrune({ ...study, pruner: pruner.pruner }, trial) : { prune: true }
    default: {
      const { kind } = pruner satisfies never as { kind: string }
      throw new EngineError('pruner', `There is no pruner “${kind}”.`, 'Use none, median or hyperband.')
    }
  }
}
