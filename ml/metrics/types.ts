import type { Task } from '../trainers/types.ts'

/** Whether a smaller or a larger value of a metric is better. */
export type Direction = 'minimize' | 'maximize'

/** Predictions with the true values. */
export type Scored = {
  task: Task
  /** Regression: target values. Classification: class codes. */
  truth: Float64Array
  /** Regression: one value per row. Classification: rows × classCount probabilities, row-major. */
  predicted: Float64Array
  /** 0 for regression. In binary tasks class 1 is the positive one. */
  classCount: number
  /** One non-negative weight per row, as scikit-learn's `sample_weight`; all 1 when absent. */
  weights?: Float64Array
  /** Set where several metrics share the same arrays, which then must not change. */
  scratch?: Scratch
}

/** Caches work shared by several metrics or by resamples of the same rows. */
export type Scratch = {
  /** Depends on truth and predictions only. */
  arrays: Map<string, unknown>
  /** Depends on the weights as well. */
  weighted: Map<string, unknown>
}

export type Metric = {
  id: string
  label: string
  /** Description, one sentence. */
  help: string
  tasks: Task[]
  direction: Direction
  /** Attainable values; null = unbounded. */
  range: [number | null, number | null]
  /** `target`: in the target's unit. `share`: 0.12 reads as 12 %. `none`: a plain number. */
  unit: 'target' | 'share' | 'none'
  /** NaN if not defined for these rows (ROC AUC of one class). */
  compute(scored: Scored): number
  /** Explains why `compute` returned NaN; absent where it never does. */
  undefinedWhen?: string
  /** Needs rows of at least two classes; as uncertain as the rarer of two is rare. */
  ofClasses?: true
}

/** Returns the result of `make`, cached per scratch; without a scratch it is computed each time. */
export function remember<T>(scored: Scored, scope: keyof Scratch, key: string, make: () => T): T {
  const map = scored.scratch?.[scope]
  if (!map) return make()
  if (!map.has(key)) map.set(key, make())
  return map.get(key) as T
}

/** Returns the sum of the weights: the number of rows when there are none. */
export function totalWeight({ truth, weights }: Scored): number {
  if (!weights) return truth.length
  let sum = 0
  for (const weight of weights) sum += weight
  return sum
}
