import type { FittedRecipe } from '../recipe/types.ts'
import type { Model, Parameters, Trainer } from '../trainers/types.ts'
import type { OutOfFold } from '../validation/cross-validate.ts'
import type { Table } from '../validation/table.ts'

export type AutomlRequest = {
  table: Table
  /** The one to optimise; default ROC AUC for two classes, log loss for more, RMSE for numbers. */
  metric?: string
  /** Everything, from the call to the answer, is to end within 5 % of this. */
  budgetMs: number
  /** Ends after this many settings; with time to spare the same request then gives the same model. */
  maxTrials?: number
  threads: number
  seed: number
  /** Milliseconds of the caller's clock. */
  now: () => number
  /** Rejects when aborted. */
  signal?: AbortSignal
  /** When aborted, no further model is tried: the answer is the best one so far. */
  finish?: AbortSignal
  /** Default: all that are registered here. */
  trainers?: readonly Trainer[]
  report?: (progress: AutomlProgress) => void
}

/** Told after each setting. */
export type AutomlProgress = {
  trials: number
  elapsedMs: number
  /** What happened, in a sentence. */
  line: string
  /** What `best` is measured by. */
  metric: string
  best: { trainer: string; name: string; value: number } | null
}

/** complete: measured on all folds. dropped: clearly behind after some folds. failed: an error. slow: took more than its share of the time. */
export type TrialState = 'running' | 'complete' | 'dropped' | 'failed' | 'slow'

export type Trial = {
  number: number
  trainer: Trainer
  name: string
  parameters: Parameters
  state: TrialState
  /** Which stage it was measured in, and on how many training rows. */
  stage: number
  rowsTrain: number
  /** By fold; losses are lower for better, NaN where the metric is not defined. */
  losses: number[]
  results: { predicted: Float64Array; milliseconds: number; config: Record<string, unknown> }[]
  /** The model of the first fold, which in time is the one with the latest rows. */
  latest?: { recipe: FittedRecipe; model: Model }
  /** Why it failed, in words. */
  reason?: string
}

export type LeaderboardRow = {
  rank: number
  trainer: string
  name: string
  parameters: Parameters
  state: Exclude<TrialState, 'running'>
  /** Of the metric, mean over the folds measured; null when none was. */
  value: number | null
  /** Half the width of its 95 % interval; null with one fold. */
  spread: number | null
  folds: number
  /** Rows that a fold trained on. */
  rowsTrain: number
  milliseconds: number
  /** Its share in the final model. */
  weight: number
}

export type AutomlResult = {
  /** For `compilePipeline`, and for a bundle. */
  recipe: FittedRecipe
  model: Model
  metric: string
  /** Of the final model's members on rows they had not seen, combined as in the final model. */
  outOfFold: OutOfFold
  /** Best first, 50 at most. */
  leaderboard: LeaderboardRow[]
  /** What was tried and why the winner won, in plain sentences. */
  summary: string[]
  trials: number
  elapsedMs: number
}
