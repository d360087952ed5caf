import { columnsAfter, columnsRead, EngineError, kindsTaken, type SchemaColumn } from '#ml/index.ts'
import type { RecipeStepInput } from '#server/data/recipes/contract.ts'

type Kind = RecipeStepInput['step']
export type StepGroup = 'Columns' | 'Numbers' | 'Categories' | 'Times' | 'Text'

export interface StepKind {
  id: Kind
  group: StepGroup
  label: string
  /** What it is for, in a sentence. */
  words: string
  /** A new one, before columns are chosen. */
  blank: RecipeStepInput
}

/** In the order in which they are usually wanted. */
export const STEP_KINDS: readonly StepKind[] = [
  {
    id: 'drop',
    group: 'Columns',
    label: 'Leave out',
    words: 'Columns that the model shall not see.',
    blank: { step: 'drop', columns: [] },
  },
  {
    id: 'cast',
    group: 'Columns',
    label: 'Read as another type',
    words: 'Text as numbers, numbers as categories and so on.',
    blank: { step: 'cast', columns: [], to: 'number' },
  },
  {
    id: 'impute',
    group: 'Columns',
    label: 'Fill missing cells',
    words: 'By a typical value of the training rows, or one you give.',
    blank: { step: 'impute', columns: [], strategy: 'median', indicator: true },
  },
  {
    id: 'indicator',
    group: 'Columns',
    label: 'Say what is missing',
    words: 'A column of 0 and 1; the cells stay as they are.',
    blank: { step: 'indicator', columns: [] },
  },
  {
    id: 'near-constant',
    group: 'Columns',
    label: 'Leave out what hardly varies',
    words: 'Columns where almost all rows have the same value.',
    blank: { step: 'near-constant', columns: [] },
  },
  {
    id: 'clip',
    group: 'Numbers',
    label: 'Clip outliers',
    words: 'Cells beyond two quantiles become those quantiles.',
    blank: { step: 'clip', columns: [], lower: 0.01, upper: 0.99 },
  },
  {
    id: 'power',
    group: 'Numbers',
    label: 'Straighten skew',
    words: 'Logarithm, or the power that makes a column most normal.',
    blank: { step: 'power', columns: [], method: 'log1p' },
  },
  {
    id: 'expression',
    group: 'Numbers',
    label: 'Formula',
    words: 'A new feature from a formula over columns.',
    blank: { step: 'expression', columns: [], name: '', formula: '' },
  },
  {
    id: 'interaction',
    group: 'Numbers',
    label: 'Combine two columns',
    words: 'Their product, ratio, sum or difference as a new feature.',
    blank: { step: 'interaction', columns: [], operation: 'multiply' },
  },
  {
    id: 'scale',
    group: 'Numbers',
    label: 'Scale',
    words: 'Bring numbers to a common scale.',
    blank: { step: 'scale', columns: [], method: 'standard' },
  },
  {
    id: 'correlation',
    group: 'Numbers',
    label: 'Leave out doubles',
    words: 'Of two numbers that go together, only the first is kept.',
    blank: { step: 'correlation', columns: [] },
  },
  {
    id: 'one-hot',
    group: 'Categories',
    label: 'One column per level',
    words: 'Categories become columns of 0 and 1.',
    blank: { step: 'one-hot', columns: [], maxCategories: 40, minCount: 2 },
  },
  {
    id: 'target-encoding',
    group: 'Categories',
    label: 'Mean of the target',
    words: 'Each level becomes the mean of what is predicted; for many levels.',
    blank: { step: 'target-encoding', columns: [], smoothing: 10 },
  },
  {
    id: 'ordinal',
    group: 'Categories',
    label: 'A code per level',
    words: 'For trees, which split codes as categories.',
    blank: { step: 'ordinal', columns: [] },
  },
  {
    id: 'hashing',
    group: 'Categories',
    label: 'Hashing',
    words: 'Levels or words over a fixed number of columns, new ones too.',
    blank: { step: 'hashing', columns: [], buckets: 32 },
  },
  {
    id: 'date-parts',
    group: 'Times',
    label: 'Date and time parts',
    words: 'Hour, weekday, month and day of the year.',
    blank: { step: 'date-parts', columns: [], elapsedDays: false },
  },
  {
    id: 'tf-idf',
    group: 'Text',
    label: 'Words (TF-IDF)',
    words: 'A column for each of the words that most rows have.',
    blank: { step: 'tf-idf', columns: [], maxTerms: 100 },
  },
  {
    id: 'text-statistics',
    group: 'Text',
    label: 'Length and makeup of text',
    words: 'Characters, words, shares of digits, capitals and punctuation.',
    blank: { step: 'text-statistics', columns: [], keep: true },
  },
]

export const STEP_GROUPS: readonly StepGroup[] = ['Columns', 'Numbers', 'Categories', 'Times', 'Text']

export const kindOf = (step: RecipeStepInput): StepKind => STEP_KINDS.find(k => k.id === step.step)!

/** These look at all columns that they can when none is named. */
export const takesAll = (step: RecipeStepInput): boolean => step.step === 'near-constant' || step.step === 'correlation'

/** Names that a step at place `at` may take: columns of its kinds, and features that earlier steps made. */
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

/** What is still to be filled in, in words; undefined: complete. */
export function openPoint(step: RecipeStepInput): string | undefined {
  if (step.step === 'expression') {
    if (step.formula.trim() === '') return 'Write the formula, as log(price) / (rooms + 1).'
    try {
      if (columnsRead(step).length === 0) return 'The formula names no column.'
    } catch (error) {
      if (error instanceof EngineError) return error.message
      throw error
    }
    return step.name === '' ? 'Give the feature a name.' : undefined
  }
  if (step.step === 'interaction') return step.columns.length === 2 ? undefined : 'Choose two columns.'
  if (step.columns.length === 0 && !takesAll(step)) return 'Choose at least one column.'
  if (step.step === 'impute' && step.strategy === 'constant' && (step.value === undefined || step.value === ''))
    return 'Give the value that fills missing cells.'
  if (step.step === 'clip' && (step.lower ?? 0.01) >= (step.upper ?? 0.99))
    return 'The lower quantile must be below the upper one.'
  return undefined
}
