import type { Direction } from '../../metrics/types.ts'
import type { Trial } from '../types.ts'

/** When a pruner is active: from step `warmupSteps` on, at the first report within each `intervalSteps`. */
export type Interval = { warmupSteps?: number; intervalSteps?: number }

export type PrunerSettings =
  | { kind: 'none' }
  | ({ kind: 'median' } & PercentileSettings)
  | ({ kind: 'percentile'; percentile: number } & PercentileSettings)
  | ({ kind: 'successive-halving' } & HalvingSettings)
  | ({ kind: 'hyperband' } & HyperbandSettings)
  | ({ kind: 'threshold'; lower?: number; upper?: number } & Interval)
  | { kind: 'patient'; patience: number; minDelta?: number; pruner?: PrunerSettings }

/** No pruning below `startupTrials` (5) complete trials, nor where fewer than `minTrials` (1) of them reported at the step. */
export type PercentileSettings = Interval & { startupTrials?: number; minTrials?: number }

export type HalvingSettings = {
  /** Steps before the first rung; `auto` (default): 1/100 of the longest complete trial. */
  minResource?: number | 'auto'
  /** A trial continues if it is among the best 1/η at its rung; default 4. */
  reductionFactor?: number
  /** Rungs left out at the start. */
  minEarlyStoppingRate?: number
  /** Trials that must reach a rung before one can pass it. */
  bootstrapCount?: number
}

export type HyperbandSettings = {
  minResource?: number
  /** Steps of a full trial; `auto` (default): those of the longest complete trial. */
  maxResource?: number | 'auto'
  /** Default 3. */
  reductionFactor?: number
  bootstrapCount?: number
}

export type PrunedStudy = {
  /** Determines, with a trial's number, its bracket in hyperband. */
  name: string
  direction: Direction
  pruner: PrunerSettings
  trials: readonly Trial[]
}

/** `rungs`, if present, must be stored with the trial: others compete with it. */
export type PruneDecision = { prune: boolean; rungs?: number[] }
