import type { Schema } from '../schema.ts'
import type { FeatureKind } from '../trainers/types.ts'
import { completeRecipe } from './complete.ts'
import type { Recipe } from './types.ts'

/** Returns the default recipe for a trainer: `completeRecipe` without user steps. */
export const autoRecipe = (schema: Schema, features: FeatureKind = 'numeric'): Recipe =>
  completeRecipe([], schema.columns, features)
