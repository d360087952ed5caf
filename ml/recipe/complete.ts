import type { SchemaColumn } from '../schema.ts'
import type { FeatureKind } from '../trainers/types.ts'
import { inputOf, isUsableFeature } from './inputs.ts'
import type { Kind } from './program.ts'
import { columnsRead, stepOf } from './steps/registry.ts'
import type { Recipe, RecipeStep } from './types.ts'

/** A column between two steps. */
export type OpenColumn = {
  name: string
  kind: Kind
  imputed: boolean
  scaled: boolean
  /** Made by a step: its missing cells carry no information of their own. */
  made: boolean
  /** A number that is the code of a level. */
  codes?: true
  /** Levels known from the schema. */
  levels?: number
}

/** With more levels than this, a category's target mean is more informative than one-hot columns of the most frequent ones. */
const MANY_LEVELS = 50

/** Returns the columns after the steps, as far as known without data. Unknown names are skipped. */
export function columnsAfter(steps: readonly RecipeStep[], columns: readonly SchemaColumn[]): OpenColumn[] {
  const open = new Map<string, OpenColumn>()
  for (const column of columns.filter(isUsableFeature)) {
    const levels = column.type === 'category' && Array.isArray(column.domain) ? { levels: column.domain.length } : {}
    const { name, type: kind } = inputOf(column)
    open.set(name, { name, kind, imputed: false, scaled: false, made: false, ...levels })
  }
  for (const step of steps) {
    const { gone = [], made = [], becomes, codes } = stepOf(step.step).effect(step)
    for (const name of step.columns) {
      const column = open.get(name)
      if (!column) continue
      if (becomes && becomes !== column.kind) {
        const changed = { name, kind: becomes, imputed: false, scaled: false, made: column.made }
        open.set(name, codes ? { ...changed, codes } : changed)
      }
      if (step.step === 'impute') column.imputed = true
      if (step.step === 'scale') column.scaled = true
    }
    for (const name of gone) open.delete(name)
    for (const name of made) open.set(name, { name, kind: 'number', imputed: false, scaled: false, made: true })
  }
  return [...open.values()]
}

/**
 * Returns columns named by steps that can be neither inputs nor made by an earlier step. Outputs often depend on the data (`colour=red`),
 * so a
 * name that begins with a column's name is accepted.
 * @throws EngineError `expression` for a formula that cannot be parsed.
 */
export function unknownColumns(steps: readonly RecipeStep[], inputs: readonly string[]): string[] {
  const known = new Set(inputs)
  const strange = new Set<string>()
  for (const step of steps) {
    for (const name of columnsRead(step)) {
      if (
        known.has(name) ||
        [...known].some(each => /^[_=:#]/.test(name.slice(each.length)) && name.startsWith(each))
      ) {
        continue
      }
      strange.add(name)
    }
    for (const name of stepOf(step.step).effect(step).made ?? []) known.add(name)
  }
  return [...strange]
}

/**
 * Returns the user's steps followed by the default ones for the remaining columns. The result always ends in numbers.
 *
 * `numeric`: numbers and booleans are imputed (median, with an indicator where cells were missing) and numbers scaled, categories become
 * one-hot columns with a bucket for rare and unseen levels (those of many levels their target mean as well), datetimes cyclic date parts,
 * text TF-IDF. `native`: cells stay as they are, categories become codes (those of many levels their target mean as well), datetimes plain
 * parts and elapsed days, text TF-IDF and statistics. `embedded`: as numeric, with codes for categories.
 *
 * Ids and constants are left out. Unusable column names are left in, so that `fitRecipe` rejects them.
 */
export function completeRecipe(
  steps: readonly RecipeStep[],
  columns: readonly SchemaColumn[],
  features: FeatureKind = 'numeric',
): Recipe {
  const inputs = columns.filter(isUsableFeature).map(inputOf)
  return { v: 1, inputs, steps: [...steps, ...usualSteps(columnsAfter(steps, columns), features)] }
}

function usualSteps(open: readonly OpenColumn[], features: FeatureKind): RecipeStep[] {
  const native = features === 'native'
  // Kept as codes if codes are wanted.
  const left = features === 'numeric' ? open : open.filter(column => !column.codes)
  const named = (kind: Kind, wanted: (column: OpenColumn) => boolean = () => true) =>
    left.filter(column => column.kind === kind && wanted(column)).map(column => column.name)
  const categories = named('category')
  const wide = named('category', ({ levels }) => levels === undefined || levels > MANY_LEVELS)
  const times = named('datetime')
  const texts = named('text')
  const targetMeans: RecipeStep = { step: 'target-encoding', columns: wide, keep: true, minLevels: MANY_LEVELS + 1 }
  const steps: RecipeStep[] = native
    ? [
        { step: 'date-parts', columns: times, as: 'number', elapsedDays: true },
        { step: 'text-statistics', columns: texts, keep: true },
        { step: 'tf-idf', columns: texts, maxTerms: 64 },
        targetMeans,
        { step: 'ordinal', columns: categories },
      ]
    : [
        {
          step: 'impute',
          columns: named('number', each => !each.imputed && !each.made),
          strategy: 'median',
          indicator: true,
        },
        { step: 'impute', columns: named('number', each => !each.imputed && each.made), strategy: 'median' },
        { step: 'impute', columns: named('boolean', each => !each.imputed), strategy: 'mode', indicator: true },
        { step: 'date-parts', columns: times },
        { step: 'tf-idf', columns: texts, maxTerms: 150 },
        ...(features === 'numeric' ? [targetMeans] : []),
        {
          step: 'scale',
          columns: [
            ...named('number', each => !each.scaled),
            ...(features === 'numeric' ? wide.map(column => `${column}_target`) : []),
          ],
          method: 'standard',
        },
        { step: features === 'numeric' ? 'one-hot' : 'ordinal', columns: categories },
      ]
  return steps.filter(step => step.columns.length > 0)
}
