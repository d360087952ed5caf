import { z } from 'zod'
import type { ClassWarning, Direction, Explanation } from '#ml/index.ts'
import { resourceNameSchema } from '#server/access/contract.ts'
import { nameAtVersion } from '#server/data/contract.ts'
import type { PairedComparison, Versus } from './comparison/contract.ts'
import { MAX_COMPARED, MAX_OVERLAID, MAX_TRIALS, type RunState, SPLITS, TASKS } from './states/contract.ts'

export * from './states/contract.ts'

export const CLASS_WEIGHTS = ['none', 'balanced'] as const
export const CALIBRATIONS = ['none', 'platt', 'isotonic'] as const
export const THRESHOLDS = ['f1', 'balanced_accuracy', 'youden'] as const

const cost = z.number().min(0).max(1e12)
export const thresholdChoice = z.union([
  z.enum(THRESHOLDS),
  z
    .object({ falseAlarm: cost, miss: cost })
    .refine(c => c.falseAlarm + c.miss > 0, 'At least one cost must be greater than 0.'),
])
export type ThresholdWish = z.infer<typeof thresholdChoice>

/** How a classifier converts its scores to decisions. */
export interface Decisions {
  classWeights?: (typeof CLASS_WEIGHTS)[number]
  calibration?: (typeof CALIBRATIONS)[number]
  threshold?: ThresholdWish
}

/** A training command in any language: see docs/external-training.md. */
export const commandSchema = z.object({
  /** Run by the shell of a worker. */
  line: z.string().min(1).max(4000),
  minutes: z.number().positive().max(1440).default(60),
  /** Passed to it as JSON. */
  parameters: z
    .record(
      z
        .string()
        .regex(
          /^(?!command$|minutes$)[A-Za-z_][\w.-]{0,99}$/,
          'Use letters, digits and _; not the names command and minutes.',
        ),
      z.union([z.number(), z.string().max(1000), z.boolean()]),
    )
    .default({}),
})
export type CommandWish = z.infer<typeof commandSchema>

export const launchInput = z.object({
  data: nameAtVersion,
  target: z.string().min(1).max(500),
  /** Default: inferred from the target. */
  task: z.enum(TASKS).optional(),
  /** Default: all trainers for the task; `automl` only if it is named. */
  trainers: z.array(z.string().max(60)).min(1).max(20).optional(),
  /** Replaces the trainers; for owners, where the instance allows it. */
  command: commandSchema.optional(),
  /** Total number of runs: first each trainer's suggested settings, then seeded random ones. Default: all suggested settings. */
  trials: z.int().min(1).max(MAX_TRIALS).optional(),
  /** No run starts after this many minutes; running ones may finish. For AutoML: its time budget. */
  minutes: z.number().positive().max(10_080).optional(),
  /** The metric by which runs are ranked; default by task. */
  metric: z.string().max(60).optional(),
  /** The positive one of two classes: precision, recall, F1, PR AUC and the threshold are about it. Default: the rarer one. */
  positive: z.string().max(500).optional(),
  /** The experiment's name; runs are added if it exists with the same data, target and task. Default: built from data and target. */
  name: resourceNameSchema.optional(),
  seed: z
    .int()
    .min(0)
    .max(2 ** 31 - 1)
    .default(0),
  ignore: z.array(z.string().max(500)).max(10_000).default([]),
  /** A saved recipe, `name` or `name@version`: its steps come first, then the default preparation. */
  recipe: nameAtVersion.optional(),
  /** balanced: in training all classes have the same total weight. Default none. */
  classWeights: z.enum(CLASS_WEIGHTS).optional(),
  /** Calibrates the probabilities. Default none. */
  calibration: z.enum(CALIBRATIONS).optional(),
  /** The decision threshold of a binary model: chosen by a metric, or by the costs of false positives and false negatives. Default: 0.5. */
  threshold: thresholdChoice.optional(),
  /** Default: by time with a time column, by group with a group column, else random (stratified for classes). */
  split: z.enum(SPLITS).optional(),
})
export type LaunchInput = z.infer<typeof launchInput>

const runRef = z.string().min(1).max(64)

/** A metric on the validation rows with its 95 % interval. */
export interface Measured {
  value: number | null
  low: number | null
  high: number | null
}

/** Stored predictions by row, to compare models on the same rows. */
export interface ScoresRef {
  /** SHA-256 of the file of row scores. */
  digest: string
  bytes: number
}

/** The fields of `runs show`, and additional fields for lists. */
export interface RunSummary {
  /** 32 hex digits. */
  run: string
  /** UUID, for links between pages. */
  id: string
  experiment: string
  number: number
  name: string
  status: RunState
  reasonCode: string | null
  reason: string | null
  trainer: string
  /** Without parameters that have no effect for the task. */
  params: Record<string, unknown>
  /** What special values mean, by parameter: 0 may be “unlimited” or “auto”. */
  paramLabels: Record<string, string>
  /** Finite numbers; null: NaN or infinite. */
  metrics: Record<string, number | null>
  /** The value of the experiment's metric, if measured. */
  measured: Measured | null
  /** Not significantly different from the best run on the same validation rows (corrected for the number of runs). */
  tied: boolean
  best: boolean
  /** Against the best run of the experiment on the same validation rows. Null: it is the best, or has no result. */
  versusBest: Versus | null
  /** The positive one of two classes; null for other tasks. */
  positive: string | null
  /** What its rows or predictions lack: it predicts one class only, a class is missing or rare in validation. */
  classWarnings: ClassWarning[]
  seed: number
  /** SHA-256 of the packed model; null until the run has succeeded. */
  digest: string | null
  createdAt: string
  startedAt: string | null
  endedAt: string | null
  /** Milliseconds of preparing, fitting and measuring, without waiting and process start; null: not recorded. */
  trainMs: number | null
  /** Progress of its running attempt. */
  progress: { done: number; note?: string; etaSeconds?: number } | null
}

export interface ExperimentSummary {
  experiment: string
  number: number
  dataset: string | null
  version: number | null
  target: string | null
  task: (typeof TASKS)[number] | null
  metric: string | null
  direction: Direction | null
  /** The positive one of two classes that its runs are trained with; null for other tasks, or when it was not chosen. */
  positive: string | null
  runs: Record<RunState, number>
  best: {
    run: string
    name: string
    trainer: string
    value: number
    /** It predicts one class only: its value is no headline. */
    predictsOneClass?: boolean
  } | null
  createdAt: string
}

export interface ExperimentDetail extends ExperimentSummary {
  /** running: some run is queued or running; succeeded: some run succeeded; else failed. */
  status: 'running' | 'succeeded' | 'failed' | 'empty'
  settings: Record<string, unknown>
  items: RunSummary[]
}

/** x and y. */
export type CurvePoint = [number, number]

/** Curves of finished runs for a comparison; they never change. */
export interface Overlay {
  /** The class of the curves, which all runs have. */
  class: string | null
  items: {
    run: string
    intervals: Record<string, Measured>
    /** False and true positive rate. */
    roc: CurvePoint[]
    /** Recall and precision. */
    pr: CurvePoint[]
  }[]
}

/** One line of a curve, reduced to the requested number of points: bucketed on the server, keeping minimum and maximum. */
export interface CurveSeries {
  run: string
  name: string
  key: string
  points: { step: number; value: number | null }[]
  /** Number of points before bucketing. */
  total: number
}

export interface RunDetail extends RunSummary {
  metric: string | null
  direction: Direction | null
  dataset: string | null
  version: number | null
  target: string | null
  task: (typeof TASKS)[number] | null
  jobId: string | null
  modelBytes: number | null
  /** Engine version, backend (name, version), threads, node. */
  environment: Record<string, unknown> | null
  /** Every metric on the validation rows with its interval. */
  intervals: Record<string, Measured>
  /** `Curves` of the engine: ROC, PR, calibration, confusion, residuals … by task. */
  curves: Record<string, unknown> | null
  /** Columns that this run ignored in addition to those of the schema. */
  ignored: string[]
  rowsTrain: number | null
  rowsValidation: number | null
  /** The fitted recipe's steps as sentences. */
  recipe: string[]
  /** Notes as sentences: imbalanced classes, calibration, threshold, what AutoML tried. */
  notes: string[]
  /** Settings that AutoML tried, best first. */
  leaderboard: Tried[]
  /** Feature importances and partial dependence. Null: not computed. */
  explanation: Explanation | null
  decisions: Decisions
  /** The saved recipe, as `name@version`. */
  recipeName: string | null
  /** Why data that failed its expectations was used; null: it did not fail. */
  dataOverride: { reason: string; by: string; at: string } | null
  peakMemoryBytes: number | null
  /** Milliseconds of the other phases of the training process; null: not recorded. */
  timing: { readMs: number; trainMs: number; explainMs: number } | null
  /** Keys that have a series to draw. */
  series: string[]
}

/** A setting that AutoML tried, measured by cross-validation within the training rows. */
export interface Tried {
  rank: number
  trainer: string
  name: string
  parameters: Record<string, unknown>
  /** dropped: clearly worse after some folds; slow: exceeded its share of the time. */
  state: 'complete' | 'dropped' | 'failed' | 'slow'
  /** Mean of the metric over folds; null: not measured. */
  value: number | null
  /** Half the width of its 95 % interval. */
  spread: number | null
  folds: number
  milliseconds: number
  /** Its weight in the ensemble, 0 to 1. */
  weight: number
}

export interface Comparison {
  runs: RunSummary[]
  metric: string | null
  direction: Direction | null
  /** Different ones first; each list in the order of `runs`. */
  params: Record<string, unknown[]>
  metrics: Record<string, (number | null)[]>
  /** Names of the above that are equal in all runs. */
  same: { params: string[]; metrics: string[] }
  /** The best of these runs by `metric`. */
  best: string | null
  /** Each run against that best one on the same rows, corrected for the number of runs; null for the best itself. */
  versusBest: (Versus | null)[]
  /** Each run against the first one, every metric on the same rows; null for the first one. */
  paired: (PairedComparison | null)[]
}

/** Options of the form for a new experiment on a dataset version and target. */
export interface LaunchOptions {
  dataset: string
  version: number
  task: (typeof TASKS)[number]
  /** Why this task was inferred from the target. */
  taskReason: string
  split: (typeof SPLITS)[number]
  splitReason: string
  metrics: { id: string; label: string; direction: Direction; default: boolean }[]
  trainers: { id: string; label: string; description: string; settings: number }[]
  automl: { label: string; description: string }
  /** The classes of a classification with their rows, most frequent first; empty for regression or more than 50 classes. */
  classes: { name: string; label: string; rows: number }[]
  /** The default positive class: the rarer of two. */
  positive: string | null
  /** Columns that a model would use, with warnings: `equals the target`, `casual + registered = cnt`. */
  columns: { name: string; type: string; role: string; used: boolean; warning: string | null }[]
}

export const trainingInputs = {
  experiment: z.object({ experiment: z.string().min(1).max(120) }),
  run: z.object({ run: runRef }),
  compare: z.object({ runs: z.array(runRef).min(2).max(MAX_COMPARED) }),
  overlay: z.object({ runs: z.array(runRef).min(1).max(MAX_OVERLAID) }),
  curves: z.object({
    runs: z.array(runRef).min(1).max(MAX_COMPARED),
    key: z.string().max(250).optional(),
    points: z.int().min(10).max(1000).default(400),
    most: z.int().min(1).max(MAX_COMPARED).optional(),
  }),
  log: z.object({ run: runRef, after: z.int().min(0).default(0) }),
  options: z.object({ data: nameAtVersion, target: z.string().min(1).max(500) }),
}
