import { describeStep, type FittedRecipe, type MetricValue } from '#ml/index.ts'
import type { Decisions, ScoresRef } from '../contract.ts'
import type { RunResult } from '../run-result.ts'

/** `runs.result` from the launch on. */
export interface StoredPlan {
  v: 1
  ignored: string[]
  split: string
  decisions?: Decisions
  /** The saved recipe, as `name@version`. */
  recipeName?: string
  /** Why data that failed its expectations was used; `by` is an actor's key. */
  override?: { reason: string; by: string; at: string }
}

/** `runs.result` of a finished run. Its metrics have intervals; the steps of the fitted recipe are sentences. */
export interface StoredResult
  extends StoredPlan,
    Omit<RunResult, 'metrics' | 'recipe' | 'backend' | 'environment' | 'notes'> {
  intervals: RunResult['metrics']
  recipe: string[]
  /** Since version 0.2. */
  notes?: string[]
  scores?: ScoresRef
  peakMemoryBytes: number | null
}

/** Returns the metrics with null for numbers that JSON cannot represent. */
export const finiteMetrics = (metrics: Record<string, MetricValue>): Record<string, number | null> =>
  Object.fromEntries(
    Object.entries(metrics).map(([id, m]) => [id, m.value !== null && Number.isFinite(m.value) ? m.value : null]),
  )

/** Maximum sentences: wide tables have thousands of columns. */
const MAX_LINES = 400

const list = (items: readonly string[], most = 8) =>
  `${items.slice(0, most).join(', ')}${items.length > most ? ` and ${items.length - most} more` : ''}`

/** Describes each step as fitted on the training rows. */
export function describeRecipe(recipe: FittedRecipe): string[] {
  // An ensemble's recipe only lists the inputs of its models.
  if (recipe.outputs.length === 0)
    return [`${list(recipe.inputs.map(input => input.name))}: each model prepares them itself.`]
  const touched = new Set(recipe.steps.map(step => step.column))
  const untouched = recipe.inputs.map(input => input.name).filter(name => !touched.has(name))
  const lines = recipe.steps.slice(0, MAX_LINES).map(describeStep)
  if (untouched.length > 0) lines.unshift(`${list(untouched)}: used unchanged.`)
  const more = recipe.steps.length - MAX_LINES
  return more > 0 ? [...lines, `… and ${more} more steps.`] : lines
}
