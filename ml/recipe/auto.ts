import { frameTypeOf, type Schema, type SchemaColumn } from '../schema.ts'
import type { Recipe, RecipeInput, RecipeStep } from './types.ts'

/** Columns a recipe may use: features, and the time column (its hour and weekday are often the best features). */
export function isUsableFeature(column: SchemaColumn): boolean {
  if (column.role !== 'feature' && column.role !== 'time') return false
  return column.type !== 'id' && column.type !== 'constant' && column.type !== 'text'
}

/**
 * A sound default: numbers and booleans are imputed (median, with an indicator where cells were missing) and scaled,
 * categories become one-hot columns with a bucket for rare and unseen levels, times become cyclic date parts.
 * Ids, constants and free text are left out.
 */
export function autoRecipe(schema: Schema): Recipe {
  const usable = schema.columns.filter(isUsableFeature)
  const inputs = usable.map(
    (column): RecipeInput => ({
      name: column.name,
      type: frameTypeOf(column.type),
      ...(column.type === 'boolean' && Array.isArray(column.domain) ? { words: column.domain } : {}),
    }),
  )
  const named = (type: RecipeInput['type']) => inputs.filter(input => input.type === type).map(input => input.name)
  const steps: RecipeStep[] = []
  const [numbers, booleans, categories, times] = [
    named('number'),
    named('boolean'),
    named('category'),
    named('datetime'),
  ]
  if (numbers.length > 0) steps.push({ step: 'impute', columns: numbers, strategy: 'median', indicator: true })
  if (booleans.length > 0) steps.push({ step: 'impute', columns: booleans, strategy: 'mode', indicator: true })
  if (times.length > 0) steps.push({ step: 'date-parts', columns: times })
  if (numbers.length > 0) steps.push({ step: 'scale', columns: numbers, method: 'standard' })
  if (categories.length > 0) steps.push({ step: 'one-hot', columns: categories })
  return { v: 1, inputs, steps }
}
