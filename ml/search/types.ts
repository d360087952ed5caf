import type { Direction } from '../metrics/types.ts'
import type { Parameters, ParameterValue } from '../trainers/types.ts'

/** The parameter exists only where its parent has one of these values. */
export type Condition = { parameter: string; values: ParameterValue[] }

/**
 * One dimension of a search, plain JSON. Bounds are inclusive. `log`: searched evenly in the logarithm (low > 0). `step`: only low, low + step,
 * low + 2·step …; an int without one has step 1. `step` and `log` exclude each other.
 */
export type SearchParameter = { name: string; condition?: Condition } & (
  | { kind: 'float' | 'int'; low: number; high: number; log?: boolean; step?: number }
  | { kind: 'categorical'; choices: ParameterValue[] }
)
export type SearchSpace = SearchParameter[]

export type TrialState = 'running' | 'complete' | 'pruned' | 'failed'

/** An intermediate value; null (NaN has no JSON form) for one that is not a number. */
export type Report = { step: number; value: number | null }

/** One row of a study, plain JSON. */
export type Trial = {
  /** Counts up from 0 in the order of suggestion; unique in its study. */
  number: number
  state: TrialState
  parameters: Parameters
  /** Value of a complete trial. A non-finite one ranks last. */
  value?: number | null
  reports?: Report[]
  /** Scores at the rungs of successive halving passed so far: returned by `shouldPrune`. */
  rungs?: number[]
}

/**
 * `gp` finds the best points when a trial takes a second or more (it needs some milliseconds); `tpe` needs less than one and handles
 * thousands
 * of trials; `cma-es` suits numeric spaces and many trials; `grid` and `random` do not learn.
 */
export type SamplerId = 'random' | 'grid' | 'tpe' | 'gp' | 'cma-es'

export type SearchOptions = {
  sampler: SamplerId
  direction: Direction
  seed: number
  /** Number of the trial to be suggested; default one more than the highest in the history. */
  number?: number
  /** Points to try before the sampler's own, such as those of `warmStart`; missing parameters come from the sampler. */
  first?: Parameters[]
  /** Random trials before the sampler learns from results; default 10. */
  startup?: number
  /** Grid: values of a parameter without a step; default 5. */
  gridSteps?: number
}
