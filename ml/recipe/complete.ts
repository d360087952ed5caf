import type { SchemaColumn } from '../schema.ts'
import type { FeatureKind } from '../trainers/types.ts'
import { autoRecipe } from './auto.ts'
import type { Recipe, RecipeStep } from './types.ts'

/**
 * A person's steps, then whatever `autoRecipe` would do about what they leave open: numbers with missing cells, unscaled numbers, categories
 * and times that are not features yet. The result always ends in numbers. Names that are no usable column are left for `fitRecipe` to refuse.
 */
export function completeRecipe(
  steps: readonly RecipeStep[],
  columns: readonly SchemaColumn[],
  features: FeatureKind = 'numeric',
): Recipe {
  const auto = autoRecipe({ columns: [...columns] }, features)
  const touched = (kinds: readonly RecipeStep['step'][]) =>
    new Set(steps.filter(step => kinds.includes(step.step)).flatMap(step => step.columns))
  const gone = touched(['drop', 'one-hot', 'ordinal', 'date-parts'])
  const imputed = touched(['impute'])
  const scaled = touched(['scale'])
  const made = steps.flatMap(step =>
    step.step === 'interaction' && step.columns.length === 2
      ? [step.name ?? `${step.columns[0]}_${step.operation}_${step.columns[1]}`]
      : [],
  )
  const open = auto.steps.flatMap((step): RecipeStep[] => {
    const closed = step.step === 'impute' ? imputed : step.step === 'scale' ? scaled : gone
    const left = step.columns.filter(column => !gone.has(column) && !closed.has(column))
    const more = made.filter(name => !gone.has(name) && !closed.has(name))
    // Features that a person's steps made are numbers: they need the same as the other numbers.
    const wanted = step.step === 'scale' ? [...left, ...more] : left
    return wanted.length > 0 ? [{ ...step, columns: wanted }] : []
  })
  const combinedMissing = made.filter(name => !imputed.has(name) && !gone.has(name))
  const impute: RecipeStep[] =
    combinedMissing.length > 0 && features !== 'native'
      ? [{ step: 'impute', columns: combinedMissing, strategy: 'median' }]
      : []
  return { v: 1, inputs: auto.inputs, steps: [...steps, ...impute, ...open] }
}

const OPERATION_WORDS = { multiply: 'times', divide: 'divided by', add: 'plus', subtract: 'minus' } as const
const list = (names: readonly string[]) =>
  names.length > 4 ? `${names.slice(0, 4).join(', ')} and ${names.length - 4} more` : names.join(', ')

/** A step before it is fitted, in a sentence. */
export function explainStep(step: RecipeStep): string {
  const columns = list(step.columns)
  switch (step.step) {
    case 'impute': {
      const fill =
        step.strategy === 'constant'
          ? `“${step.value ?? 0}”`
          : `the ${step.strategy === 'mode' ? 'most frequent value' : step.strategy} of the training rows`
      return `Missing cells of ${columns} become ${fill}${step.indicator ? ', and a column of its own says where they were missing' : ''}.`
    }
    case 'scale':
      return {
        standard: `${columns}: shifted and stretched to mean 0 and deviation 1, so that no column weighs more for its unit.`,
        robust: `${columns}: shifted by the median and divided by the interquartile range, so that outliers do not set the scale.`,
        'min-max': `${columns}: stretched to 0 to 1 over the training rows.`,
      }[step.method]
    case 'clip':
      return `${columns}: cells below the ${percent(step.lower ?? 0.01)} or above the ${percent(step.upper ?? 0.99)} quantile of the training rows become that quantile.`
    case 'power':
      return step.method === 'log1p'
        ? `${columns}: the logarithm of 1 + size, with the sign kept: long tails become short.`
        : `${columns}: raised to the power that makes the training rows most like a normal distribution (Yeo–Johnson).`
    case 'interaction':
      return `A new feature: ${step.columns[0]} ${OPERATION_WORDS[step.operation]} ${step.columns[1]}.`
    case 'one-hot':
      return `${columns}: one column per level, 1 where a row has it; levels beyond the ${step.maxCategories ?? 40} most frequent, or seen less than ${step.minCount ?? 2} times, share one.`
    case 'ordinal':
      return `${columns}: a code per level, most frequent first; missing and never seen levels have none.`
    case 'date-parts':
      return `${columns}: ${(step.parts ?? ['hour', 'weekday', 'month', 'day of the year']).join(', ')} as places on a circle, so that December lies beside January${step.elapsedDays ? ', and the days since the first training row' : ''}.`
    case 'drop':
      return `${columns}: not used.`
  }
}

const percent = (share: number) => `${Number((share * 100).toPrecision(4))} %`
