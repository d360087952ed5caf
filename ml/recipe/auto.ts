import { frameTypeOf, type Schema, type SchemaColumn } from '../schema.ts'
import type { FeatureKind } from '../trainers/types.ts'
import type { Recipe, RecipeInput, RecipeStep } from './types.ts'

/** Columns a recipe may use: features, and the time column (its hour and weekday are often the best features). */
export function isUsableFeature(column: SchemaColumn): boolean {
  if (column.role !== 'feature' && column.role !== 'time') return false
  return column.type !== 'id' && column.type !== 'constant' && column.type !== 'text'
}

/**
 * A sound default for what a trainer wants. `numeric`: numbers and booleans are imputed (median, with an indicator where cells were missing)
 * and numbers scaled, categories become one-hot columns with a bucket for rare and unseen levels, times become cyclic date parts. `native`:
 * cells stay as they are, categories become codes, times plain parts and elapsed days. `embedded`: as numeric, with codes for categories.
 * Ids, constants and free text are left out.
 */
export function autoRecipe(schema: Schema, features: FeatureKind = 'numeric'): Recipe {
  const usable = schema.columns.filter(isUsableFeature)
  const inputs = usable.map(
    (column): RecipeInput => ({
      name: column.name,
      type: frameTypeOf(column.type),
      ...(column.type === 'boolean' && Array.isArray(column.domain) ? { words: column.domain } : {}),
    }),
  )
  const named = (type: RecipeInput['type']) => inputs.filter(input => input.type === type).map(input => input.name)
  const [numbers, booleans, categories, times] = [
    named('number'),
    named('boolean'),
    named('category'),
    named('datetime'),
  ]
  const native = features === 'native'
  const all: RecipeStep[] = [
    ...(native
      ? []
      : [
          { step: 'impute' as const, columns: numbers, strategy: 'median' as const, indicator: true },
          { step: 'impute' as const, columns: booleans, strategy: 'mode' as const, indicator: true },
        ]),
    { step: 'date-parts', columns: times, ...(native ? { as: 'number' as const, elapsedDays: true } : {}) },
    ...(native ? [] : [{ step: 'scale' as const, columns: numbers, method: 'standard' as const }]),
    { step: features === 'numeric' ? 'one-hot' : 'ordinal', columns: categories },
  ]
  return { v: 1, inputs, steps: all.filter(step => step.columns.length > 0) }
}
