import type {
  BundleManifest,
  Calibration,
  ClassWeights,
  Curves,
  Explanation,
  FittedRecipe,
  LeaderboardRow,
  MetricValue,
  Parameters,
  RecipeStep,
  Schema,
  Split,
  Task,
  ThresholdChoice,
} from '#ml/index.ts'
import type { MetricPoint } from '#server/training/service.ts'

/** All that a training process is told: files and settings, never an address or a key. */
export interface TrainTask {
  /** Equal keys mean equal frames: a process keeps its last one. */
  frameKey: string
  path: string
  query: string
  schema: Schema
  target: string
  task: Task
  trainer: string
  parameters: Parameters
  split: Split
  /** A saved recipe's, before they are completed for the trainer. */
  steps?: RecipeStep[]
  metric: string
  classWeights?: ClassWeights
  calibration?: 'none' | Calibration['method']
  threshold?: ThresholdChoice
  seed: number
  threads: number
  /** What networks train on, as FLEXIML_TENSORFLOW says. */
  tensorflow: 'auto' | 'native' | 'wasm'
  /** Of DuckDB while it reads. */
  readMemoryMb: number
  /** Instead of a trainer: a line for the shell, and how long it may take. */
  command?: { line: string; minutes: number; parameters: Parameters }
  /** Where the packed model is written. */
  output: string
}

export interface TrainOutcome {
  metrics: Record<string, MetricValue>
  curves: Curves
  recipe: FittedRecipe
  classes: string[]
  backend: BundleManifest['backend']
  engineVersion: string
  node: string
  platform: string
  rowsTrain: number
  rowsValidation: number
  rowsWithoutTarget: number
  notes: string[]
  leaderboard?: LeaderboardRow[]
  /** Absent where the model could not be explained. */
  explanation?: Explanation
}

export type ToChild = { type: 'train'; task: TrainTask } | { type: 'abort' }

export type FromChild =
  | { type: 'progress'; done: number; note: string }
  | { type: 'points'; points: MetricPoint[] }
  | { type: 'line'; text: string }
  /** A command began: its process group, which must not outlive the run. */
  | { type: 'command'; pid: number }
  | { type: 'done'; outcome: TrainOutcome }
  | { type: 'aborted' }
  /** `engine`: the engine refused in words; trying again gives the same. */
  | { type: 'failed'; engine: boolean; code: string; message: string; hint: string }
