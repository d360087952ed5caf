import { z } from 'zod'
import type { Direction, Explanation } from '#ml/index.ts'
import { resourceNameSchema } from '#server/access/contract.ts'
import { nameAtVersion } from '#server/data/contract.ts'
import { MAX_COMPARED, MAX_OVERLAID, MAX_TRIALS, type RunState, SPLITS, TASKS } from './states/contract.ts'

export * from './states/contract.ts'

export const CLASS_WEIGHTS = ['none', 'balanced'] as const
export const CALIBRATIONS = ['none', 'platt', 'isotonic'] as const
export const THRESHOLDS = ['f1', 'balanced_accuracy', 'youden'] as const

const cost = z.number().min(0).max(1e12)
export const thresholdChoice = z.union([
  z.enum(THRESHOLDS),
  z.object({ falseAlarm: cost, miss: cost }).refine(c => c.falseAlarm + c.miss > 0, 'Something must cost more than 0.'),
])
export type ThresholdWish = z.infer<typeof thresholdChoice>

/** How a classifier decides beside what it learns. */
export interface Decisions {
  classWeights?: (typeof CLASS_WEIGHTS)[number]
  calibration?: (typeof CALIBRATIONS)[number]
  threshold?: ThresholdWish
}

/** A command in any language that learns: see docs/external-training.md. */
export const commandSchema = z.object({
  /** For the shell of a worker. */
  line: z.string().min(1).max(4000),
  minutes: z.number().positive().max(1440).default(60),
  /** Handed to it as JSON. */
  parameters: z
    .record(
      z
        .string()
        .regex(
          /^(?!command$|minutes$)[A-Za-z_][\w.-]{0,99}$/,
          'A name of letters, digits and _, other than command and minutes.',
        ),
      z.union([z.number(), z.string().max(1000), z.boolean()]),
    )
    .default({}),
})
export type CommandWish = z.infer<typeof commandSchema>

export const launchInput = z.object({
  data: nameAtVersion,
  target: z.string().min(1).max(500),
  /** Default: read off the target. */
  task: z.enum(TASKS).optional(),
  /** Default: all trainers that can learn the task; `automl` only when it is named. */
  trainers: z.array(z.string().max(60)).min(1).max(20).optional(),
  /** Instead of trainers; for owners, where the instance allows it. */
  command: commandSchema.optional(),
  /** Runs in all: the trainers' own good settings in turn, then seeded random ones. Default: every suggested setting. */
  trials: z.int().min(1).max(MAX_TRIALS).optional(),
  /** No run is started after this many minutes; what runs then may end. For AutoML: the time it has. */
  minutes: z.number().positive().max(10_080).optional(),
  /** What runs are ranked by; default by task. */
  metric: z.string().max(60).optional(),
  /** The experiment's name; runs are added when it exists with the same data, target and task. Default: made from data and target. */
  name: resourceNameSchema.optional(),
  seed: z
    .int()
    .min(0)
    .max(2 ** 31 - 1)
    .default(0),
  ignore: z.array(z.string().max(500)).max(10_000).default([]),
  /** A saved recipe, `name` or `name@version`: its steps come first, and what they leave open is done as usual. */
  recipe: nameAtVersion.optional(),
  /** balanced: in training every class counts the same, however rare. Default none. */
  classWeights: z.enum(CLASS_WEIGHTS).optional(),
  /** Makes probabilities the shares they stand for. Default none. */
  calibration: z.enum(CALIBRATIONS).optional(),
  /** From which probability on a yes/no model says yes: by a measure, or by what a false alarm and a miss cost. Default: from 0.5 on. */
  threshold: thresholdChoice.optional(),
  /** Default: by time when there is a time column, by group when there is a group, else random (stratified for classes). */
  split: z.enum(SPLITS).optional(),
})
export type LaunchInput = z.infer<typeof launchInput>

const runRef = z.string().min(1).max(64)

/** A metric of the validation rows with its 95 % interval. */
export interface Measured {
  value: number | null
  low: number | null
  high: number | null
}

/** The fields of `runs show`, and what lists need beside them. */
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
  params: Record<string, unknown>
  /** Finite numbers; null: NaN or infinite. */
  metrics: Record<string, number | null>
  /** The experiment's metric, when measured. */
  measured: Measured | null
  /** Its interval overlaps that of the best run of the experiment. */
  tied: boolean
  best: boolean
  seed: number
  /** SHA-256 of the packed model; null until done. */
  digest: string | null
  createdAt: string
  startedAt: string | null
  endedAt: string | null
  /** Of its running attempt. */
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
  runs: Record<RunState, number>
  best: { run: string; name: string; trainer: string; value: number } | null
  createdAt: string
}

export interface ExperimentDetail extends ExperimentSummary {
  /** running: some run is queued or running; done: some run is done; else failed. */
  status: 'running' | 'succeeded' | 'failed' | 'empty'
  settings: Record<string, unknown>
  items: RunSummary[]
}

/** x and y. */
export type CurvePoint = [number, number]

/** What a comparison draws of finished runs; it never changes. */
export interface Overlay {
  /** The class whose curves are given: the one that the runs have in common. */
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

/** One line of a curve, at most as many points as asked for: bucketed on the server with minimum and maximum kept. */
export interface CurveSeries {
  run: string
  name: string
  key: string
  points: { step: number; value: number | null }[]
  /** How many there are before bucketing. */
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
  /** Every metric of the validation rows with its interval. */
  intervals: Record<string, Measured>
  /** `Curves` of the engine: ROC, PR, calibration, confusion, residuals … by task. */
  curves: Record<string, unknown> | null
  /** Columns that this run left out beside those the schema leaves out. */
  ignored: string[]
  rowsTrain: number | null
  rowsValidation: number | null
  /** The fitted recipe's steps in words. */
  recipe: string[]
  /** What one should know of it, in sentences: unequal classes, calibration, threshold, what AutoML tried. */
  notes: string[]
  /** Of AutoML: what was tried, best first. */
  leaderboard: Tried[]
  /** What the model goes by: importance of its columns, and how its prediction follows them. Null: not measured. */
  explanation: Explanation | null
  decisions: Decisions
  /** The saved recipe they began with, as `name@version`. */
  recipeName: string | null
  /** Why data that failed its expectations was used all the same; null: it did not fail. */
  dataOverride: { reason: string; by: string; at: string } | null
  peakMemoryBytes: number | null
  /** Keys that have a series to draw. */
  series: string[]
}

/** A setting that AutoML tried, measured on rows of the training part that it had not seen. */
export interface Tried {
  rank: number
  trainer: string
  name: string
  parameters: Record<string, unknown>
  /** dropped: clearly behind after some folds; slow: took more than its share of the time. */
  state: 'complete' | 'dropped' | 'failed' | 'slow'
  /** Of the metric, mean over folds; null: not measured. */
  value: number | null
  /** Half the width of its 95 % interval. */
  spread: number | null
  folds: number
  milliseconds: number
  /** Its share in the model, 0 to 1. */
  weight: number
}

export interface Comparison {
  runs: RunSummary[]
  metric: string | null
  direction: Direction | null
  /** What differs first; each list in the order of `runs`. */
  params: Record<string, unknown[]>
  metrics: Record<string, (number | null)[]>
  /** Names of the above that do not differ. */
  same: { params: string[]; metrics: string[] }
}

/** What the form for a new experiment offers for a dataset version and target. */
export interface LaunchOptions {
  dataset: string
  version: number
  task: (typeof TASKS)[number]
  /** Why this task was read off the target. */
  taskReason: string
  split: (typeof SPLITS)[number]
  splitReason: string
  metrics: { id: string; label: string; direction: Direction; default: boolean }[]
  trainers: { id: string; label: string; description: string; settings: number }[]
  automl: { label: string; description: string }
  /** Columns a model would use, with what speaks against one: `equals the target`, `casual + registered = cnt`. */
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
  }),
  log: z.object({ run: runRef, after: z.int().min(0).default(0) }),
  options: z.object({ data: nameAtVersion, target: z.string().min(1).max(500) }),
}
