import type { Explanation, TrainingMeasures } from '#ml/index.ts'

export interface RunTiming {
  readMs: number
  /** Preparing, fitting and measuring the model. */
  trainMs: number
  explainMs: number
}

/** The result of a training task. The task, the run's row and its page derive their types from it. */
export interface RunResult extends TrainingMeasures {
  /** Absent if the model could not be explained. */
  explanation?: Explanation
  /** Milliseconds in the training process; absent in runs of earlier versions. */
  timing?: RunTiming
  environment: { engineVersion: string; threads: number; node: string; platform: string }
}
