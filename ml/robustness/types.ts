import type { PredictFrame } from '../explain/columns.ts'
import type { Frame } from '../frame/frame.ts'
import type { Scored } from '../metrics/types.ts'

export type DisturbanceId = 'noise' | 'missing' | 'shift' | 'scale' | 'swap' | 'adversarial'

/** What is measured under disturbance. */
export type Subject = {
  /** Rows with known truth that the model has not been trained on. */
  frame: Frame
  /** Columns the model reads. */
  columns: readonly string[]
  predictFrame: PredictFrame
  scored: Omit<Scored, 'predicted' | 'scratch'>
  metric: string
}

/** `low`, `high`: 95 % bootstrap interval over rows. Null where the metric is not defined. */
export type RobustnessPoint = { strength: number; value: number | null; low: number | null; high: number | null }

/** A row that the disturbance changed most at the largest strength. */
export type WorstExample = {
  /** Row of the frame given. */
  row: number
  /** Class code or value that is true. */
  truth: number
  /** The value, or the probability of the true class. */
  before: number
  after: number
  /** The columns that moved, at most five, those that moved furthest first. */
  changes: { column: string; from: number | string | null; to: number | string | null }[]
}

/** Plain JSON, bounded: a few points, at most five examples. */
export type RobustnessCurve = {
  disturbance: DisturbanceId
  label: string
  /** What a strength of 1 means. */
  unit: string
  metric: string
  rows: number
  /** From strength 0 up. */
  points: RobustnessPoint[]
  worst: WorstExample[]
  /** One sentence for people. */
  sentence: string
}
