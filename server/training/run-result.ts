import type { Explanation, TrainingMeasures } from '#ml/index.ts'

/** What a training task returns. Defined here once: the task, the run's row and its page derive their types from it. */
export interface RunResult extends TrainingMeasures {
  /** Absent where the model could not be explained. */
  explanation?: Explanation
  environment: { engineVersion: string; threads: number; node: string; platform: string }
}
