import { z } from 'zod'
import { resourceNameSchema } from '#server/access/contract.ts'
import { nameAtVersion } from '../contract.ts'

const columns = z.array(z.string().min(1).max(500)).min(1).max(10_000)
/** None: all that the step can look at. */
const anyColumns = z.array(z.string().min(1).max(500)).max(10_000).default([])
const share = z.number().min(0).max(1)

/** The engine's steps, one schema each; the builder's form follows them. */
export const recipeStep = z.discriminatedUnion('step', [
  z
    .object({
      step: z.literal('impute'),
      columns,
      strategy: z.enum(['mean', 'median', 'mode', 'constant']),
      value: z.union([z.number(), z.string().max(500)]).optional(),
      indicator: z.boolean().optional(),
    })
    .strict(),
  z
    .object({
      step: z.literal('clip'),
      columns,
      lower: share.optional(),
      upper: share.optional(),
    })
    .strict(),
  z.object({ step: z.literal('power'), columns, method: z.enum(['log1p', 'yeo-johnson']) }).strict(),
  z
    .object({
      step: z.literal('scale'),
      columns,
      method: z.enum(['standard', 'robust', 'min-max', 'quantile']),
      to: z.enum(['uniform', 'normal']).optional(),
    })
    .strict(),
  z.object({ step: z.literal('cast'), columns, to: z.enum(['number', 'category', 'boolean', 'datetime']) }).strict(),
  z.object({ step: z.literal('indicator'), columns }).strict(),
  z
    .object({
      step: z.literal('expression'),
      /** The formula names its columns. */
      columns: z.array(z.string().min(1).max(500)).max(100).default([]),
      name: z.string().min(1).max(200),
      formula: z.string().min(1).max(2000),
    })
    .strict(),
  z
    .object({
      step: z.literal('interaction'),
      columns: z.array(z.string().min(1).max(500)).length(2),
      operation: z.enum(['multiply', 'divide', 'add', 'subtract']),
      name: z.string().min(1).max(200).optional(),
    })
    .strict(),
  z
    .object({
      step: z.literal('one-hot'),
      columns,
      maxCategories: z.int().min(1).max(1000).optional(),
      minCount: z.int().min(1).max(1_000_000).optional(),
    })
    .strict(),
  z
    .object({
      step: z.literal('ordinal'),
      columns,
      maxCategories: z.int().min(1).max(100_000).optional(),
      minCount: z.int().min(1).max(1_000_000).optional(),
    })
    .strict(),
  z
    .object({
      step: z.literal('target-encoding'),
      columns,
      smoothing: z.number().min(0).max(1_000_000).optional(),
      keep: z.boolean().optional(),
      minLevels: z.int().min(0).max(1_000_000).optional(),
      maxCategories: z.int().min(1).max(100_000).optional(),
    })
    .strict(),
  z.object({ step: z.literal('hashing'), columns, buckets: z.int().min(1).max(4096).optional() }).strict(),
  z
    .object({
      step: z.literal('tf-idf'),
      columns,
      maxTerms: z.int().min(1).max(5000).optional(),
      minCount: z.int().min(1).max(1_000_000).optional(),
      keep: z.boolean().optional(),
    })
    .strict(),
  z
    .object({
      step: z.literal('text-statistics'),
      columns,
      statistics: z
        .array(z.enum(['characters', 'words', 'word-length', 'digits', 'capitals', 'punctuation']))
        .min(1)
        .optional(),
      keep: z.boolean().optional(),
    })
    .strict(),
  z.object({ step: z.literal('near-constant'), columns: anyColumns, share: share.optional() }).strict(),
  z.object({ step: z.literal('correlation'), columns: anyColumns, limit: share.optional() }).strict(),
  z
    .object({
      step: z.literal('date-parts'),
      columns,
      parts: z
        .array(z.enum(['hour', 'weekday', 'month', 'day-of-year']))
        .min(1)
        .optional(),
      as: z.enum(['circle', 'number']).optional(),
      elapsedDays: z.boolean().optional(),
    })
    .strict(),
  z.object({ step: z.literal('drop'), columns }).strict(),
])
export type RecipeStepInput = z.infer<typeof recipeStep>

export const MAX_STEPS = 100
export const recipeSteps = z.array(recipeStep).max(MAX_STEPS)

export const saveRecipeInput = z.object({
  name: resourceNameSchema,
  steps: recipeSteps.min(1, 'A recipe has at least one step; without one, training does what is usual.'),
  note: z.string().max(2000).default(''),
})
export type SaveRecipeInput = z.input<typeof saveRecipeInput>

export const recipeRef = z.object({ recipe: nameAtVersion })

export const SAMPLE_ROWS = 300
export const MAX_SAMPLE_COLUMNS = 200
export const SAMPLE_CHARACTERS = 1000
export const sampleInput = z.object({ dataset: nameAtVersion })

export interface RecipeSummary {
  recipe: string
  version: number
  steps: number
  note: string
  createdBy: string
  createdAt: string
}

export interface RecipeDetail {
  recipe: string
  version: number
  steps: RecipeStepInput[]
  /** Each step in a sentence. */
  words: string[]
  note: string
  createdBy: string
  createdAt: string
  versions: { version: number; note: string; createdAt: string }[]
}

/** A seeded sample of a version's usable columns, by column, as the engine's frame builder takes it. */
export interface RecipeSample {
  dataset: string
  version: number
  rows: number
  /** Usable columns that the sample leaves out because there are too many. */
  leftOut: number
  columns: {
    name: string
    type: string
    role: string
    nullable: boolean
    domain?: string[] | { min: number; max: number }
  }[]
  cells: (number | string | boolean | null)[][]
}
