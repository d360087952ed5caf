import { buildSearchSpace } from '../search/build-search-space.ts'
import type { SearchSpace } from '../search/types.ts'
import type { Parameters, Task, Trainer } from '../trainers/types.ts'

/** A setting to try. */
export type Candidate = { trainer: Trainer; name: string; parameters: Parameters }

/** Trainers whose inputs AutoML does not have: a command, an imported model, other models. */
const NOT_FOR_AUTOML: readonly string[] = ['external', 'onnx', 'ensemble']

/** Simplest first: among equally good models the simpler one is chosen. Unknown trainers come last. */
const SIMPLEST_FIRST = ['baseline', 'linear', 'extra-trees', 'random-forest', 'gbdt', 'mlp']

export const simplicityOf = (trainer: string): number => {
  const place = SIMPLEST_FIRST.indexOf(trainer)
  return place < 0 ? SIMPLEST_FIRST.length : place
}

/**
 * Ordered by expected gain per second, as measured on many kinds of tables: a linear model takes moments and is strong on small tables,
 * boosting wins most larger ones, forests and networks make different errors and improve ensembles.
 * [trainer, index of its preset].
 */
const ORDER: readonly (readonly [string, number])[] = [
  ['baseline', 0],
  ['linear', 0],
  ['gbdt', 0],
  ['gbdt', 1],
  ['random-forest', 0],
  ['extra-trees', 0],
  ['linear', 1],
  ['gbdt', 2],
  ['mlp', 0],
  ['gbdt', 3],
  ['linear', 2],
  ['gbdt', 4],
  ['mlp', 1],
  ['gbdt', 5],
  ['extra-trees', 1],
  ['random-forest', 1],
  ['linear', 3],
]

/** Settings beyond the trainers' own presets that perform well on many tables; parameters unknown to a trainer are left out. */
const EXTRA: Record<string, { name: string; parameters: Parameters }[]> = {
  gbdt: [
    {
      name: 'Large trees, sampled',
      parameters: { learningRate: 0.04, maxLeaves: 95, minChildSamples: 10, rowSample: 0.8, columnSample: 0.6, l2: 3 },
    },
    {
      name: 'Shallow trees',
      parameters: { learningRate: 0.08, maxLeaves: 7, minChildSamples: 10, rowSample: 0.8, columnSample: 0.6, l2: 1 },
    },
    {
      name: 'Cautious',
      parameters: { learningRate: 0.04, maxLeaves: 31, minChildSamples: 60, rowSample: 0.7, columnSample: 0.5, l2: 10 },
    },
  ],
}

/**
 * Parameters fixed per family during AutoML: early stopping finds the number of trees better than a search, and more trees of a forest
 * never
 * hurt but take time.
 */
const FIXED: Record<string, Parameters> = {
  gbdt: { trees: 3000, earlyStopping: 40 },
  'random-forest': { trees: 200 },
  'extra-trees': { trees: 200 },
}

/** Returns the search space of a trainer for AutoML. */
export const searchSpace = (trainer: Trainer): SearchSpace =>
  buildSearchSpace(trainer).filter(({ name }) => !Object.hasOwn(FIXED[trainer.id] ?? {}, name))

export function fixedFor(trainer: Trainer, parameters: Parameters): Parameters {
  const known = new Set(trainer.parameters.map(each => each.name))
  const fixed = Object.entries(FIXED[trainer.id] ?? {}).filter(([name]) => known.has(name))
  return { ...parameters, ...Object.fromEntries(fixed) }
}

export function makePortfolio(
  trainers: readonly Trainer[],
  task: Task,
  shape: { rows: number; cols: number },
): Candidate[] {
  const able = trainers.filter(each => each.tasks.includes(task) && !NOT_FOR_AUTOML.includes(each.id))
  const settings = new Map(
    able.map(trainer => {
      const known = new Set(trainer.parameters.map(each => each.name))
      const extra = (EXTRA[trainer.id] ?? []).map(({ name, parameters }) => ({
        name,
        parameters: Object.fromEntries(Object.entries(parameters).filter(([key]) => known.has(key))),
      }))
      return [trainer.id, [...trainer.defaultSettings(task, shape), ...extra]]
    }),
  )
  const candidates: Candidate[] = []
  const add = (trainer: Trainer, index: number) => {
    const setting = settings.get(trainer.id)?.[index]
    if (setting) {
      candidates.push({ trainer, name: setting.name, parameters: fixedFor(trainer, setting.parameters) })
    }
  }
  for (const [id, index] of ORDER) {
    const trainer = able.find(each => each.id === id)
    if (trainer) add(trainer, index)
  }
  for (const trainer of able) if (!SIMPLEST_FIRST.includes(trainer.id)) add(trainer, 0)
  return candidates
}
