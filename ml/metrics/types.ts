import type { Task } from '../trainers/types.ts'

/** Predictions beside the truth. */
export type Scored = {
  task: Task
  /** Regression: target values. Classification: class codes. */
  truth: Float64Array
  /** Regression: one value per row. Classification: rows × classCount probabilities, row-major. */
  predicted: Float64Array
  /** 0 for regression. In binary tasks class 1 is the positive one. */
  classCount: number
}

export type Metric = {
  id: string
  label: string
  /** One sentence for people. */
  help: string
  tasks: Task[]
  direction: 'minimise' | 'maximise'
  /** Attainable values; null = unbounded. */
  range: [number | null, number | null]
  /** `target`: in the target's unit. `share`: 0.12 reads as 12 %. `none`: a plain number. */
  unit: 'target' | 'share' | 'none'
  /** NaN when not defined for these rows (ROC AUC of one class). */
  compute(scored: Scored): number
}
