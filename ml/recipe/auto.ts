import type { Schema } from '../schema.ts'
import type { FeatureKind } from '../trainers/types.ts'
import { completeRecipe } from './complete.ts'
import type { Recipe } from './types.ts'

/** A sound default for what a trainer wants: what `completeRecipe` does when a person leaves everything open. */
export const autoRecipe = (schema: Schema, features: FeatureKind = 'numeric'): Recipe =>
  completeRecipe([], schema.columns, features)
