import { deriveSeed } from '../random.ts'
import type { FittedRecipe } from '../recipe/types.ts'
import { ensembleRecipe, type Member, packEnsemble } from '../trainers/ensemble.ts'
import type { Model, Parameters } from '../trainers/types.ts'
import { type LearningData, type Prepared, prepareAll } from '../validation/learning-data.ts'
import { type Budget, TimeUp } from './budget.ts'
import type { Choice } from './combine.ts'
import type { Trial } from './types.ts'

export type Refitted = {
  recipe: FittedRecipe
  model: Model /** How the members were made, in words. */
  words: string[]
}

/** Mean milliseconds of one fold. */
export const foldMs = (trial: Trial): number =>
  trial.results.reduce((sum, result) => sum + result.milliseconds, 0) / Math.max(1, trial.results.length)

/**
 * Trains the chosen members on all rows. A member for which no time is left keeps the model of its last fold, which has seen most of the rows.
 * @param growth rows of all ÷ rows of a fold's training.
 */
export async function refit(
  data: LearningData,
  choice: Choice,
  growth: number,
  budget: Budget,
  options: { seed: number; threads: number },
): Promise<Refitted> {
  const prepared = new Map<string, Prepared>()
  const members: Member[] = []
  let kept = 0
  const heaviestFirst = [...choice.members].sort((a, b) => b.weight - a.weight)
  for (const { trial, weight } of heaviestFirst) {
    budget.check()
    let made: Pick<Member, 'recipe' | 'model'> | undefined
    if (foldMs(trial) * growth < budget.left()) {
      made = await fitAll(data, trial, prepared, budget, options)
    }
    if (!made) {
      const { recipe, model } = trial.results.at(-1)!
      made = { recipe, model }
      kept++
    }
    members.push({ ...made, weight })
  }
  const words =
    kept === 0
      ? ['Everything that was chosen was trained again on all rows.']
      : kept === members.length
        ? ['There was no time to train again on all rows: the models of one fold are used.']
        : [
            `${members.length - kept} of ${members.length} models were trained again on all rows, for the others no time was left.`,
          ]
  const only = members.length === 1 && choice.combination.kind === 'average' ? members[0] : undefined
  if (only) return { recipe: only.recipe, model: only.model, words }
  return { recipe: ensembleRecipe(members), model: packEnsemble(members, choice.combination), words }
}

async function fitAll(
  data: LearningData,
  trial: Trial,
  prepared: Map<string, Prepared>,
  budget: Budget,
  { seed, threads }: { seed: number; threads: number },
): Promise<Pick<Member, 'recipe' | 'model'> | undefined> {
  const { trainer } = trial
  try {
    return await budget.within(budget.total, async (signal, now) => {
      const known = prepared.get(trainer.features)
      const { recipe, train } = known ?? prepareAll(data, trainer.features, seed)
      if (!known) prepared.set(trainer.features, { recipe, train })
      const model = await trainer.fit({
        ...train,
        task: data.task,
        classCount: data.classCount,
        parameters: withoutEarlyStopping(trial),
        seed: deriveSeed(seed, `fit fold 0`),
        threads,
        report: () => {},
        signal,
        now,
      })
      return { recipe, model }
    })
  } catch (error) {
    if (error instanceof TimeUp) return undefined
    throw error
  }
}

/** Where each trainer says how long its best model took, and the parameter that sets it. */
const LENGTHS: Record<string, { parameter: string; config: string }[]> = {
  gbdt: [{ parameter: 'trees', config: 'bestIteration' }],
}

/** Without rows to stop by, training takes as long as it did on the folds, on average. */
function withoutEarlyStopping(trial: Trial): Parameters {
  const parameters = { ...trial.parameters }
  for (const { parameter, config } of LENGTHS[trial.trainer.id] ?? []) {
    const lengths = trial.results.map(({ model }) => Number(model.config[config])).filter(length => length > 0)
    if (lengths.length === 0) continue
    parameters[parameter] = Math.max(1, Math.round(lengths.reduce((sum, length) => sum + length, 0) / lengths.length))
  }
  return parameters
}
