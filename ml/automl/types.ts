import type { FittedRecipe } from '../recipe/types.ts'
import type { Model, Parameters, Trainer } from '../trainers/types.ts'
import type { OutOfFold } from '../validation/cross-validate.ts'
import type { Table } from '../validation/table.ts'

export type AutomlRequest = {
  table: Table
  /** The metric to optimize; default ROC AUC for two classes, log loss for more, RMSE for numbers. */
  metric?: string
  /** Total time in milliseconds; the run ends within 5 % of it. */
  budgetMs: number
  /** Maximum number of settings; if reached in time, the same request gives the same model. */
  maxTrials?: number
  threads: number
  seed: number
  /** Milliseconds of the caller's clock. */
  now: () => number
  /** Rejects when aborted. */
  signal?: AbortSignal
  /** When aborted, no further model is tried and the best one so far is returned. */
  finish?: AbortSignal
  /** Default: all registered trainers. */
  trainers?: readonly Trainer[]
  report?: (progress: AutomlProgress) => void
}

/** Called after each setting. */
export type AutomlProgress = {
  trials: number
  elapsedMs: number
  /** What happened, as a sentence. */
  line: string
  /** The metric of `best`. */
  metric: string
  best: { trainer: string; name: string; value: number } | null
}

/** complete: measured on all folds. dropped: clearly behind after some folds. failed: an error. slow: exceeded its share of the time. */
export type TrialState = 'running' | 'complete' | 'dropped' | 'failed' | 'slow'

export type Trial = {
  number: number
  trainer: Trainer
  name: string
  parameters: Parameters
  state: TrialState
  /** Stage in which it was measured, and its number of training rows. */
  stage: number
  rowsTrain: number
  /** By fold; losses are lower for better, NaN where the metric is not defined. */
  losses: number[]
  results: { predicted: Float64Array; milliseconds: number; config: Record<string, unknown> }[]
  /** The model of the first fold, which for time splits is the one with the latest rows. */
  latest?: { recipe: FittedRecipe; model: Model }
  /** Error message of a failed trial. */
  reason?: string
}

export type LeaderboardRow = {
  rank: number
  trainer: string
  name: string
  parameters: Parameters
  state: Exclude<TrialState, 'running'>
  /** Mean of the metric over the measured folds; null if there are none. */
  value: number | null
  /** Half-width of its 95 % interval; null with one fold. */
  spread: number | null
  folds: number
  /** Training rows per fold. */
  rowsTrain: number
  milliseconds: number
  /** Weight in the final model. */
  weight: number
}

export type AutomlResult = {
  /** Model for `compilePipeline` and for a bundle. */
  recipe: FittedRecipe
  model: Model
  metric: string
  /** Out-of-fold predictions of the members, combined as in the final model. */
  outOfFold: OutOfFold
  /** Best first, at most 50. */
  leaderboard: LeaderboardRow[]
  /** What was tried and why the winner was chosen, as sentences. */
  summary: string[]
  trials: number
  elapsedMs: number
}
