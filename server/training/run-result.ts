import type { Explanation, TrainingMeasures } from '#ml/index.ts'

/** The result of a training task. The task, the run's row and its page derive their types from it. */
export interface RunResult extends TrainingMeasures {
  /** Absent if the model could not be explained. */
  explanation?: Explanation
  environment: { engineVersion: string; threads: number; node: string; platform: string }
}
