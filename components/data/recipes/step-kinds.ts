import type { SchemaColumn } from '#ml/index.ts'
import type { RecipeStepInput } from '#server/data/recipes/contract.ts'

type Kind = RecipeStepInput['step']
type Form = 'number' | 'category' | 'boolean' | 'datetime'

export interface StepKind {
  id: Kind
  label: string
  /** What it is for, in a sentence. */
  words: string
  /** Kinds of column that it takes. */
  takes: readonly Form[]
  /** A new one, before columns are chosen. */
  blank: RecipeStepInput
}

const ALL: readonly Form[] = ['number', 'category', 'boolean', 'datetime']

/** In the order in which they are usually wanted. */
export const STEP_KINDS: readonly StepKind[] = [
  {
    id: 'drop',
    label: 'Leave out',
    words: 'Columns that the model shall not see.',
    takes: ALL,
    blank: { step: 'drop', columns: [] },
  },
  {
    id: 'impute',
    label: 'Fill missing cells',
    words: 'By a typical value of the training rows, or one you give.',
    takes: ['number', 'category', 'boolean'],
    blank: { step: 'impute', columns: [], strategy: 'median', indicator: true },
  },
  {
    id: 'clip',
    label: 'Clip outliers',
    words: 'Cells beyond two quantiles become those quantiles.',
    takes: ['number'],
    blank: { step: 'clip', columns: [], lower: 0.01, upper: 0.99 },
  },
  {
    id: 'power',
    label: 'Straighten skew',
    words: 'Logarithm, or the power that makes a column most normal.',
    takes: ['number'],
    blank: { step: 'power', columns: [], method: 'log1p' },
  },
  {
    id: 'interaction',
    label: 'Combine two columns',
    words: 'Their product, ratio, sum or difference as a new feature.',
    takes: ['number', 'boolean'],
    blank: { step: 'interaction', columns: [], operation: 'multiply' },
  },
  {
    id: 'date-parts',
    label: 'Date and time parts',
    words: 'Hour, weekday, month and day of the year as places on a circle.',
    takes: ['datetime'],
    blank: { step: 'date-parts', columns: [], elapsedDays: false },
  },
  {
    id: 'one-hot',
    label: 'One column per level',
    words: 'Categories become columns of 0 and 1.',
    takes: ['category'],
    blank: { step: 'one-hot', columns: [], maxCategories: 40, minCount: 2 },
  },
  {
    id: 'scale',
    label: 'Scale',
    words: 'Bring numbers to a common scale.',
    takes: ['number', 'boolean'],
    blank: { step: 'scale', columns: [], method: 'standard' },
  },
]

export const kindOf = (step: RecipeStepInput): StepKind => STEP_KINDS.find(k => k.id === step.step)!

const formOf = (type: SchemaColumn['type']): Form =>
  type === 'number' || type === 'integer' ? 'number' : type === 'boolean' || type === 'datetime' ? type : 'category'

/** Names that a step at place `at` may take: columns of its kinds, and features that earlier steps made. */
export function columnsFor(
  step: RecipeStepInput,
  at: number,
  steps: readonly RecipeStepInput[],
  columns: readonly Pick<SchemaColumn, 'name' | 'type'>[],
): string[] {
  const { takes } = kindOf(step)
  const earlier = steps.slice(0, at)
  const gone = new Set(
    earlier.flatMap(s => (s.step === 'drop' || s.step === 'one-hot' || s.step === 'date-parts' ? s.columns : [])),
  )
  const made = takes.includes('number')
    ? earlier.flatMap(s =>
        s.step === 'interaction' && s.columns.length === 2
          ? [s.name ?? `${s.columns[0]}_${s.operation}_${s.columns[1]}`]
          : [],
      )
    : []
  return [...columns.filter(c => takes.includes(formOf(c.type))).map(c => c.name), ...made].filter(n => !gone.has(n))
}

/** What is still to be filled in, in words; undefined: complete. */
export function openPoint(step: RecipeStepInput): string | undefined {
  if (step.step === 'interaction') return step.columns.length === 2 ? undefined : 'Choose two columns.'
  if (step.columns.length === 0) return 'Choose at least one column.'
  if (step.step === 'impute' && step.strategy === 'constant' && (step.value === undefined || step.value === ''))
    return 'Give the value that fills missing cells.'
  if (step.step === 'clip' && (step.lower ?? 0.01) >= (step.upper ?? 0.99))
    return 'The lower quantile must be below the upper one.'
  return undefined
}
