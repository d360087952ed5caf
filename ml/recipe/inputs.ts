import { frameTypeOf, type SchemaColumn } from '../schema.ts'
import type { RecipeInput } from './types.ts'

/** Columns a recipe may use: features, and the time column (its hour and weekday are often the best features). */
export function isUsableFeature(column: SchemaColumn): boolean {
  if (column.type === 'id' || column.type === 'constant') return false
  return column.role === 'feature' || (column.role === 'time' && column.type !== 'text')
}

/** Returns how a recipe reads a column. */
export const inputOf = (column: SchemaColumn): RecipeInput => ({
  name: column.name,
  type: frameTypeOf(column.type),
  ...(column.type === 'boolean' && Array.isArray(column.domain) ? { words: column.domain } : {}),
})
