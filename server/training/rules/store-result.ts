import type { FittedRecipe, MetricValue } from '#ml/index.ts'
import type { Measured } from '../contract.ts'

/** `runs.result` from the launch on. */
export interface StoredPlan {
  v: 1
  ignored: string[]
  split: string
  /** The saved recipe, as `name@version`. */
  recipeName?: string
  /** Why data that failed its expectations was used all the same; `by` is an actor's key. */
  override?: { reason: string; by: string; at: string }
}

/** `runs.result` of a done run: what was measured on the validation rows, and how the rows became numbers. */
export interface StoredResult extends StoredPlan {
  intervals: Record<string, Measured>
  curves: Record<string, unknown>
  classes: string[]
  rowsTrain: number
  rowsValidation: number
  /** Left out because their target is missing. */
  rowsWithoutTarget: number
  /** Steps of the fitted recipe in words. */
  recipe: string[]
  peakMemoryBytes: number | null
}

/** Numbers that JSON cannot hold are null. */
export const finiteMetrics = (metrics: Record<string, MetricValue>): Record<string, number | null> =>
  Object.fromEntries(
    Object.entries(metrics).map(([id, m]) => [id, m.value !== null && Number.isFinite(m.value) ? m.value : null]),
  )

/** Wide tables have thousands of columns; nobody reads thousands of lines. */
const MOST_LINES = 400

const short = (value: number) => String(Number(value.toPrecision(4)))
const list = (items: readonly string[], most = 8) =>
  `${items.slice(0, most).join(', ')}${items.length > most ? ` and ${items.length - most} more` : ''}`

function describeStep(step: FittedRecipe['steps'][number]): string {
  switch (step.step) {
    case 'impute':
      return `${step.column}: a missing value becomes ${short(step.value)}${step.indicator ? `, and ${step.indicator} says that it was missing` : ''}.`
    case 'scale':
      return `${step.column}: minus ${short(step.mean)}, divided by ${short(step.deviation)}.`
    case 'clip':
      return `${step.column}: kept between ${short(step.low)} and ${short(step.high)}.`
    case 'power':
      return step.method === 'log1p'
        ? `${step.column}: the logarithm of 1 + its size, with its sign.`
        : `${step.column}: Yeo–Johnson power ${short(step.lambda)}.`
    case 'interaction':
      return `${step.name}: ${step.column} ${{ multiply: 'times', divide: 'divided by', add: 'plus', subtract: 'minus' }[step.operation]} ${step.other}.`
    case 'one-hot':
      return `${step.column}: one column for each of ${list(step.levels)}${step.other ? ', and one for all others' : ''}${step.missing ? ', and one for missing' : ''}.`
    case 'ordinal':
      return `${step.column}: a code for each of ${step.levels} levels.`
    case 'date-parts':
      return `${step.column}: ${list(step.parts)} as ${step.as === 'number' ? 'numbers' : 'sine and cosine'}${step.elapsedFrom === undefined ? '' : ', and days since the first training row'}.`
    case 'drop':
      return `${step.column}: left out.`
  }
}

/** One sentence per step, as it was fitted on the training rows. */
export function describeRecipe(recipe: FittedRecipe): string[] {
  const lines = recipe.steps.slice(0, MOST_LINES).map(describeStep)
  const more = recipe.steps.length - lines.length
  return more > 0 ? [...lines, `… and ${more} more steps.`] : lines
}
