import {
  cellOf,
  compileRecipe,
  completeRecipe,
  EngineError,
  explainStep,
  type Frame,
  fitRecipe,
  frameFromChunks,
  frameSpecs,
  type RecipeStep,
  type SchemaColumn,
} from '#ml/index.ts'
import type { RecipeSample, RecipeStepInput } from '#server/data/recipes/contract.ts'

export interface RecipePreview {
  before: { name: string; cells: (string | number | boolean | null)[] }[]
  after: { name: string; cells: number[] }[]
  /** What is done about columns that the steps leave open, a sentence each. */
  usual: string[]
  /** Columns that are encoded by the target: a sample has none, so their features are only made in training. */
  needsTarget: string[]
}

const ROWS_SHOWN = 8

/** Fits the steps on the sample and applies them, in the browser, by the engine that training uses. */
export function previewRecipe(
  sample: RecipeSample,
  steps: readonly RecipeStepInput[],
): RecipePreview | { problem: string; hint: string } {
  const columns = sample.columns as SchemaColumn[]
  try {
    const frame = frameFromChunks(frameSpecs({ columns }), [sample.cells])
    const recipe = completeRecipe(steps, columns)
    const rows = Array.from({ length: frame.rows }, (_, row) => row)
    const made = compileRecipe(fitRecipe(recipe, frame, rows, { passOverTarget: true })).transform(frame)
    const shown = rows.slice(0, ROWS_SHOWN)
    return {
      before: columns.flatMap(({ name }) => {
        const column = frame.columns.get(name)
        return column ? [{ name, cells: shown.map(row => cellOf(column, row)) }] : []
      }),
      after: made.names.map((name, at) => ({ name, cells: shown.map(row => made.data[row * made.cols + at]!) })),
      usual: recipe.steps.slice(steps.length).map(explainStep),
      needsTarget: columnsOfTarget(recipe.steps, frame),
    }
  } catch (error) {
    if (error instanceof EngineError) return { problem: error.message, hint: error.hint }
    throw error
  }
}

function columnsOfTarget(steps: readonly RecipeStep[], frame: Frame): string[] {
  return steps.flatMap(step =>
    step.step === 'target-encoding'
      ? step.columns.filter(name => {
          const column = frame.columns.get(name)
          return column?.type === 'category' && column.dictionary.length >= (step.minLevels ?? 0)
        })
      : [],
  )
}
