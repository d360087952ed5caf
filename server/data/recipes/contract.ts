import { z } from 'zod'
import { resourceNameSchema } from '#server/access/contract.ts'
import { hasHidden } from '#server/kernel/name-rules.ts'
import { nameAtVersion } from '../contract.ts'

const columns = z.array(z.string().min(1).max(500)).min(1).max(10_000).meta({ title: 'Columns', input: 'columns' })
/** Empty: all columns of a suitable type. */
const anyColumns = z
  .array(z.string().min(1).max(500))
  .max(10_000)
  .meta({ title: 'Columns', input: 'columns', placeholder: 'All' })
  .default([])
const featureName = z
  .string()
  .min(1)
  .max(200)
  .refine(name => !hasHidden(name), 'No invisible characters.')
const share = z.number().min(0).max(1)
const keep = z.boolean().optional().meta({ title: 'Keep the original column' })
const minCount = z.int().min(1).max(1_000_000).optional()
const rareBelow = { title: 'Minimum frequency', unit: 'rows', description: 'Rarer values are grouped as “other”.' }

/** The engine's steps, one schema each; the forms of the recipe builder are generated from them. */
export const recipeStep = z.discriminatedUnion('step', [
  z
    .object({
      step: z.literal('impute'),
      columns,
      strategy: z.enum(['mean', 'median', 'mode', 'constant']).meta({
        title: 'Fill with',
        labels: { mean: 'Mean', median: 'Median', mode: 'Most frequent value', constant: 'Constant' },
      }),
      value: z
        .union([z.number(), z.string().max(500)])
        .optional()
        .meta({ title: 'Constant', showIf: { field: 'strategy', is: ['constant'] } }),
      indicator: z.boolean().optional().meta({ title: 'Add a missing indicator column' }),
    })
    .strict(),
  z
    .object({
      step: z.literal('clip'),
      columns,
      lower: share.optional().meta({ title: 'Lower quantile', placeholder: '0.01', step: 0.01 }),
      upper: share.optional().meta({ title: 'Upper quantile', placeholder: '0.99', step: 0.01 }),
    })
    .strict(),
  z
    .object({
      step: z.literal('power'),
      columns,
      method: z
        .enum(['log1p', 'yeo-johnson'])
        .meta({ title: 'Method', labels: { log1p: 'log(1 + |x|)', 'yeo-johnson': 'Yeo–Johnson' } }),
    })
    .strict(),
  z
    .object({
      step: z.literal('scale'),
      columns,
      method: z.enum(['standard', 'robust', 'min-max', 'quantile']).meta({
        title: 'Method',
        labels: {
          standard: 'Standard: mean 0, standard deviation 1',
          robust: 'Robust: median 0, interquartile range 1',
          'min-max': 'Min–max: 0 to 1',
          quantile: 'Quantile: by rank',
        },
      }),
      to: z
        .enum(['uniform', 'normal'])
        .optional()
        .meta({
          title: 'Distribution',
          placeholder: 'Uniform',
          labels: { uniform: 'Uniform, 0 to 1', normal: 'Normal' },
          showIf: { field: 'method', is: ['quantile'] },
        }),
    })
    .strict(),
  z
    .object({
      step: z.literal('cast'),
      columns,
      to: z.enum(['number', 'category', 'boolean', 'datetime']).meta({
        title: 'Type',
        labels: { number: 'Number', category: 'Category', boolean: 'Boolean', datetime: 'Date and time' },
      }),
    })
    .strict(),
  z.object({ step: z.literal('indicator'), columns }).strict(),
  z
    .object({
      step: z.literal('expression'),
      /** Not used: the formula names its columns. */
      columns: z.array(z.string().min(1).max(500)).max(100).default([]).meta({ hidden: true }),
      name: featureName.meta({ title: 'Feature name' }),
      formula: z.string().min(1).max(2000).meta({
        title: 'Formula',
        input: 'code',
        placeholder: 'log(price) / (rooms + 1)',
        description:
          '+ − * / ^, comparisons, and, or, not, if, log, exp, sqrt, abs, round, floor, ceil, min, max, is_missing. Quote names that contain spaces.',
      }),
    })
    .strict(),
  z
    .object({
      step: z.literal('interaction'),
      columns: z
        .array(z.string().min(1).max(500))
        .length(2)
        .meta({ title: 'Columns', input: 'columns', description: 'Two columns, in order.' }),
      operation: z.enum(['multiply', 'divide', 'add', 'subtract']).meta({
        title: 'Operation',
        labels: { multiply: 'Product', divide: 'Ratio', add: 'Sum', subtract: 'Difference' },
      }),
      name: featureName.optional().meta({ title: 'Feature name', placeholder: 'Made from the columns' }),
    })
    .strict(),
  z
    .object({
      step: z.literal('one-hot'),
      columns,
      maxCategories: z.int().min(1).max(1000).optional().meta({ title: 'Maximum categories', placeholder: '40' }),
      minCount: minCount.meta({ ...rareBelow, placeholder: '2' }),
    })
    .strict(),
  z
    .object({
      step: z.literal('ordinal'),
      columns,
      maxCategories: z.int().min(1).max(100_000).optional().meta({ title: 'Maximum categories', placeholder: '1000' }),
      minCount: minCount.meta({ ...rareBelow, placeholder: '2' }),
    })
    .strict(),
  z
    .object({
      step: z.literal('target-encoding'),
      columns,
      smoothing: z
        .number()
        .min(0)
        .max(1_000_000)
        .optional()
        .meta({ title: 'Smoothing', unit: 'rows', placeholder: '10' }),
      keep,
      minLevels: z.int().min(0).max(1_000_000).optional().meta({ hidden: true }),
      maxCategories: z.int().min(1).max(100_000).optional().meta({ hidden: true }),
    })
    .strict(),
  z
    .object({
      step: z.literal('hashing'),
      columns,
      buckets: z.int().min(1).max(4096).optional().meta({ title: 'Buckets', placeholder: '32', unit: 'columns' }),
    })
    .strict(),
  z
    .object({
      step: z.literal('tf-idf'),
      columns,
      maxTerms: z.int().min(1).max(5000).optional().meta({ title: 'Maximum terms', placeholder: '100' }),
      minCount: minCount.meta({ ...rareBelow, placeholder: '2' }),
      keep,
    })
    .strict(),
  z
    .object({
      step: z.literal('text-statistics'),
      columns,
      statistics: z
        .array(z.enum(['characters', 'words', 'word-length', 'digits', 'capitals', 'punctuation']))
        .min(1)
        .optional()
        .meta({ title: 'Statistics', placeholder: 'All' }),
      keep,
    })
    .strict(),
  z
    .object({
      step: z.literal('near-constant'),
      columns: anyColumns,
      share: share.optional().meta({ title: 'Share of the most frequent value', placeholder: '0.995', step: 0.005 }),
    })
    .strict(),
  z
    .object({
      step: z.literal('correlation'),
      columns: anyColumns,
      limit: share.optional().meta({ title: 'Correlation above', placeholder: '0.98', step: 0.01 }),
    })
    .strict(),
  z
    .object({
      step: z.literal('date-parts'),
      columns,
      parts: z
        .array(z.enum(['hour', 'weekday', 'month', 'day-of-year']))
        .min(1)
        .optional()
        .meta({
          title: 'Parts',
          placeholder: 'All',
          labels: { hour: 'Hour', weekday: 'Weekday', month: 'Month', 'day-of-year': 'Day of the year' },
        }),
      as: z
        .enum(['circle', 'number'])
        .optional()
        .meta({
          title: 'Encoding',
          placeholder: 'Cyclic (sine and cosine)',
          labels: { circle: 'Cyclic (sine and cosine)', number: 'Plain numbers, for trees' },
        }),
      elapsedDays: z.boolean().optional().meta({ title: 'Add days since the first training row' }),
    })
    .strict(),
  z.object({ step: z.literal('drop'), columns }).strict(),
])
export type RecipeStepInput = z.infer<typeof recipeStep>

export const MAX_STEPS = 100
export const recipeSteps = z.array(recipeStep).max(MAX_STEPS)

export const saveRecipeInput = z.object({
  name: resourceNameSchema.meta({
    title: 'Recipe name',
    description: 'Use an existing name to add a new version.',
  }),
  steps: recipeSteps.min(1, 'Add at least one step.'),
  note: z.string().max(2000).default('').meta({ title: 'Note', placeholder: 'What changed and why' }),
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
  /** Each step as a sentence. */
  words: string[]
  note: string
  createdBy: string
  createdAt: string
  versions: { version: number; note: string; createdAt: string }[]
}

/** A seeded sample of a version's usable columns, in the form that the engine's frame builder accepts. */
export interface RecipeSample {
  dataset: string
  version: number
  rows: number
  /** Usable columns that the sample omits because there are too many. */
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
