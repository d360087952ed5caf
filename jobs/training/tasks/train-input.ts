import type {
  Calibration,
  ClassWeights,
  Parameters,
  RecipeStep,
  Schema,
  Split,
  Task,
  ThresholdChoice,
} from '#ml/index.ts'

/** Input of the training task: files and settings, no addresses or keys. */
export interface TrainInput {
  /** Key of the frame; a process reuses its last frame for the same key. */
  frameKey: string
  path: string
  query: string
  schema: Schema
  target: string
  task: Task
  trainer: string
  parameters: Parameters
  split: Split
  /** Steps of a saved recipe, before they are completed for the trainer. */
  steps?: RecipeStep[]
  metric: string
  /** The positive one of two classes. */
  positive?: string
  classWeights?: ClassWeights
  calibration?: 'none' | Calibration['method']
  threshold?: ThresholdChoice
  seed: number
  threads: number
  /** Backend of networks, from FLEXIML_TENSORFLOW. */
  tensorflow: 'auto' | 'native' | 'wasm'
  /** Memory limit of DuckDB while it reads. */
  readMemoryMb: number
  /** Shell command instead of a trainer, with its time limit. */
  command?: { line: string; minutes: number; parameters: Parameters }
  /** Where the packed model is written. */
  output: string
  /** Where the predictions of the validation rows are written. */
  scoresOutput: string
}
