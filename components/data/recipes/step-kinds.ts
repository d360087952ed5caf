import { columnsAfter, columnsRead, EngineError, kindsTaken, type SchemaColumn } from '#ml/index.ts'
import type { RecipeStepInput } from '#server/data/recipes/contract.ts'

type Kind = RecipeStepInput['step']
export type StepGroup = 'Columns' | 'Numbers' | 'Categories' | 'Times' | 'Text'

export interface StepKind {
  id: Kind
  group: StepGroup
  label: string
  description: string
  /** The step as it is added, before columns are chosen. */
  blank: RecipeStepInput
}

/** In the order of the menu. */
export const STEP_KINDS: readonly StepKind[] = [
  {
    id: 'drop',
    group: 'Columns',
    label: 'Drop columns',
    description: 'Exclude columns from the features.',
    blank: { step: 'drop', columns: [] },
  },
  {
    id: 'cast',
    group: 'Columns',
    label: 'Cast type',
    description: 'For example text to number or number to category.',
    blank: { step: 'cast', columns: [], to: 'number' },
  },
  {
    id: 'impute',
    group: 'Columns',
    label: 'Impute missing values',
    description: 'Mean, median or mode of the training rows, or a constant.',
    blank: { step: 'impute', columns: [], strategy: 'median', indicator: true },
  },
  {
    id: 'indicator',
    group: 'Columns',
    label: 'Missing indicator',
    description: 'Add a 0/1 column; the values are unchanged.',
    blank: { step: 'indicator', columns: [] },
  },
  {
    id: 'near-constant',
    group: 'Columns',
    label: 'Drop near-constant',
    description: 'Drop columns where almost all rows have the same value.',
    blank: { step: 'near-constant', columns: [] },
  },
  {
    id: 'clip',
    group: 'Numbers',
    label: 'Clip outliers',
    description: 'Limit values to two quantiles.',
    blank: { step: 'clip', columns: [], lower: 0.01, upper: 0.99 },
  },
  {
    id: 'power',
    group: 'Numbers',
    label: 'Power transform',
    description: 'Logarithm or Yeo–Johnson, for skewed columns.',
    blank: { step: 'power', columns: [], method: 'log1p' },
  },
  {
    id: 'expression',
    group: 'Numbers',
    label: 'Formula',
    description: 'Compute a new feature from columns.',
    blank: { step: 'expression', columns: [], name: '', formula: '' },
  },
  {
    id: 'interaction',
    group: 'Numbers',
    label: 'Combine two columns',
    description: 'Product, ratio, sum or difference of two columns.',
    blank: { step: 'interaction', columns: [], operation: 'multiply' },
  },
  {
    id: 'scale',
    group: 'Numbers',
    label: 'Scale',
    description: 'Standardize or normalize numbers.',
    blank: { step: 'scale', columns: [], method: 'standard' },
  },
  {
    id: 'correlation',
    group: 'Numbers',
    label: 'Drop correlated',
    description: 'Keep only the first of two highly correlated columns.',
    blank: { step: 'correlation', columns: [] },
  },
  {
    id: 'one-hot',
    group: 'Categories',
    label: 'One-hot',
    description: 'One 0/1 column for each category.',
    blank: { step: 'one-hot', columns: [], maxCategories: 40, minCount: 2 },
  },
  {
    id: 'target-encoding',
    group: 'Categories',
    label: 'Target encoding',
    description: 'Replace each category by the mean of the target; for many categories.',
    blank: { step: 'target-encoding', columns: [], smoothing: 10 },
  },
  {
    id: 'ordinal',
    group: 'Categories',
    label: 'Ordinal',
    description: 'Integer codes, for tree models.',
    blank: { step: 'ordinal', columns: [] },
  },
  {
    id: 'hashing',
    group: 'Categories',
    label: 'Hashing',
    description: 'Hash categories or terms into a fixed number of columns.',
    blank: { step: 'hashing', columns: [], buckets: 32 },
  },
  {
    id: 'date-parts',
    group: 'Times',
    label: 'Date and time parts',
    description: 'Hour, weekday, month and day of the year.',
    blank: { step: 'date-parts', columns: [] },
  },
  {
    id: 'tf-idf',
    group: 'Text',
    label: 'TF-IDF',
    description: 'One column for each frequent term.',
    blank: { step: 'tf-idf', columns: [], maxTerms: 100 },
  },
  {
    id: 'text-statistics',
    group: 'Text',
    label: 'Text statistics',
    description: 'Number of characters and words; share of digits, capitals and punctuation.',
    blank: { step: 'text-statistics', columns: [], keep: true },
  },
]

export const STEP_GROUPS: readonly StepGroup[] = ['Columns', 'Numbers', 'Categories', 'Times', 'Text']

export const kindOf = (step: RecipeStepInput): StepKind => STEP_KINDS.find(k => k.id === step.step)!

/** Steps that use all suitable columns if none is chosen. */
export const takesAll = (step: RecipeStepInput): boolean => step.step === 'near-constant' || step.step === 'correlation'

/** Returns the names that step `at` may use: columns of suitable types and features of earlier steps. */
export function columnsFor(
  step: RecipeStepInput,
  at: number,
  steps: readonly RecipeStepInput[],
  columns: readonly SchemaColumn[],
): string[] {
  const takes = kindsTaken(step.step)
  return columnsAfter(steps.slice(0, at), columns)
    .filter(column => takes.includes(column.kind))
    .map(column => column.name)
}

/** Returns what is missing in a step; undefined if it is complete. */
export function missingInStep(step: RecipeStepInput): string | undefined {
  if (step.step === 'expression') {
    if (step.formula.trim() === '') return 'Enter a formula, for example log(price) / (rooms + 1).'
    try {
      if (columnsRead(step).length === 0) return 'The formula uses no column.'
    } catch (error) {
      if (error instanceof EngineError) return error.message
      throw error
    }
    return step.name === '' ? 'Enter a feature name.' : undefined
  }
  if (step.step === 'interaction') return step.columns.length === 2 ? undefined : 'Choose two columns.'
  if (step.columns.length === 0 && !takesAll(step)) return 'Choose at least one column.'
  if (step.step === 'impute' && step.strategy === 'constant' && (step.value === undefined || step.value === ''))
    return 'Enter the constant for missing values.'
  if (step.step === 'clip' && (step.lower ?? 0.01) >= (step.upper ?? 0.99))
    return 'The lower quantile must be below the upper one.'
  return undefined
}
