import type { ColumnSummary } from '../drift/summary.ts'
import type { BundleManifest } from '../format/bundle.ts'
import type { FittedInput, FittedRecipe } from '../recipe/types.ts'
import type { SchemaColumn } from '../schema.ts'
import type { Model } from '../trainers/types.ts'
import type { ColumnKnowledge } from './read-row.ts'
import type { CellValue } from './report.ts'

type MemberConfig = { recipe?: FittedRecipe }

const recipesOf = (recipe: FittedRecipe, model: Model): FittedRecipe[] => {
  const members = model.trainer === 'ensemble' ? (model.config.members as MemberConfig[] | undefined) : undefined
  return [recipe, ...(Array.isArray(members) ? members : []).flatMap(member => member?.recipe ?? [])]
}

/**
 * Gives the recipes of a model from an earlier release values for missing cells in columns that had none in training: the median or most
 * frequent value of the training rows, else the middle of the column's range or its first level.
 */
export function addFallbacks(manifest: BundleManifest, model: Model): { recipe: FittedRecipe; model: Model } {
  const own = handlesMissing(model)
  const complete = new Map(
    manifest.signature.columns.filter(c => !c.nullable && !own.has(c.name)).map(c => [c.name, c]),
  )
  const patch = (recipe: FittedRecipe): FittedRecipe => ({
    ...recipe,
    inputs: recipe.inputs.map(input => {
      const column = complete.get(input.name)
      if (!column || input.fallback !== undefined || imputedBy(recipe, input.name)) return input
      const fallback = deriveFallback(input, column, manifest.baseline?.columns?.[input.name])
      return fallback === undefined ? input : { ...input, fallback }
    }),
  })
  const members = model.trainer === 'ensemble' ? model.config.members : undefined
  const config = Array.isArray(members)
    ? {
        ...model.config,
        members: (members as MemberConfig[]).map(each =>
          each?.recipe ? { ...each, recipe: patch(each.recipe) } : each,
        ),
      }
    : model.config
  return { recipe: patch(manifest.recipe), model: { ...model, config } }
}

/** Columns of an imported model whose file defines how a missing cell is written: the file holds what becomes of it. */
function handlesMissing(model: Model): ReadonlySet<string> {
  const feeds = (model.config.inputs ?? []) as { columns?: string[]; missing?: string }[]
  if (model.trainer !== 'onnx' || !Array.isArray(feeds)) return new Set()
  return new Set(feeds.flatMap(feed => (feed?.missing === undefined ? [] : (feed.columns ?? []))))
}

const imputedBy = (recipe: FittedRecipe, column: string) =>
  recipe.steps.find(step => step.step === 'impute' && step.column === column)

function deriveFallback(
  { type, vocabulary }: FittedInput,
  { domain }: SchemaColumn,
  summary: ColumnSummary | undefined,
): number | string | undefined {
  if (type === 'text') return undefined
  const top = summary?.kind === 'category' ? summary.top[0]?.[0] : undefined
  if (type === 'category') return [top, vocabulary?.[0], Array.isArray(domain) ? domain[0] : undefined].find(isLevel)
  if (type === 'boolean') return top === 'true' ? 1 : 0
  const sketch = summary?.kind === 'numeric' ? summary.sketch : []
  const median = sketch.length > 0 ? (sketch[(sketch.length - 1) >> 1]! + sketch[sketch.length >> 1]!) / 2 : undefined
  if (median !== undefined) return type === 'datetime' ? Math.round(median) : median
  return domain && !Array.isArray(domain) ? (domain.min + domain.max) / 2 : undefined
}

const isLevel = (level: string | undefined): level is string => level !== undefined

/** Returns what a model knows of each column, for reading rows. */
export function knowColumns(recipe: FittedRecipe, model: Model): (column: SchemaColumn) => ColumnKnowledge {
  const recipes = recipesOf(recipe, model)
  return ({ name, type }) => {
    const levels = new Set<string>()
    let fallback: CellValue = null
    for (const each of recipes) {
      const input = each.inputs.find(known => known.name === name)
      for (const level of input?.vocabulary ?? []) levels.add(level)
      const imputed = imputedBy(each, name)
      const value = input?.fallback ?? (imputed && 'value' in imputed ? levelOf(input, imputed.value) : undefined)
      if (fallback === null && value !== undefined) fallback = inTermsOf(type, value)
    }
    return { levels: [...levels], fallback }
  }
}

/** An impute step holds the code of a level. */
const levelOf = (input: FittedInput | undefined, value: number): number | string | undefined =>
  input?.type === 'category' ? input.vocabulary?.[value] : value

function inTermsOf(type: SchemaColumn['type'], value: number | string): CellValue {
  if (type === 'boolean') return value === 1
  if (type === 'datetime' && typeof value === 'number' && Math.abs(value) <= 8.64e15)
    return new Date(value).toISOString()
  return value
}
