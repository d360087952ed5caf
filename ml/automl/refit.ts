import { createRandom, deriveSeed } from '../random.ts'
import type { FittedRecipe } from '../recipe/types.ts'
import { ensembleRecipe, type Member, packEnsemble } from '../trainers/ensemble.ts'
import type { Model, Parameters } from '../trainers/types.ts'
import { type LearningData, type Prepared, pickRows, prepareAll } from '../validation/learning-data.ts'
import { type Budget, TimeUp } from './budget.ts'
import type { Choice } from './combine.ts'
import type { Trial } from './types.ts'

export type Refitted = {
  recipe: FittedRecipe
  model: Model
  /** How the members were trained, as sentences. */
  words: string[]
}

/** Training time grows slightly faster than the rows: more trees are worth growing and caches hold less. */
const OVERHEAD = 1.15
/** A sample is worth training on only if it is clearly larger than a fold's training rows. */
const WORTH_IT = 1.3

/** Mean milliseconds of one fold. */
export const foldMs = (trial: Trial): number =>
  trial.results.reduce((sum, result) => sum + result.milliseconds, 0) / Math.max(1, trial.results.length)

/** Expected milliseconds of training on all rows. */
export const refitMs = (trial: Trial, growth: number): number => foldMs(trial) * growth * OVERHEAD

/**
 * Retrains the selected members on all rows, highest weight first; on a sample where time is short; otherwise keeps a fold's model.
 * @param growth all rows ÷ training rows of a fold.
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
  const made = { all: 0, sample: 0, fold: 0 }
  for (const { trial, weight } of [...choice.members].sort((a, b) => b.weight - a.weight)) {
    budget.check()
    const share = Math.min(1, (0.9 * budget.left()) / refitMs(trial, growth))
    let fitted: Pick<Member, 'recipe' | 'model'> | undefined
    if (share === 1 || share * growth > WORTH_IT) {
      fitted = await fitAll(data, trial, growth, share, prepared, budget, options)
    }
    if (fitted) made[share === 1 ? 'all' : 'sample']++
    else if (trial.latest) {
      fitted = trial.latest
      made.fold++
    }
    if (fitted) members.push({ ...fitted, weight })
  }
  const words = describeRefit(made)
  const total = members.reduce((sum, member) => sum + member.weight, 0)
  const [first] = members
  if (first && members.length === 1 && choice.combination.kind === 'average') {
    return { recipe: first.recipe, model: first.model, words }
  }
  const scaled =
    choice.combination.kind === 'average' ? members.map(each => ({ ...each, weight: each.weight / total })) : members
  return { recipe: ensembleRecipe(members), model: packEnsemble(scaled, choice.combination), words }
}

function describeRefit({ all, sample, fold }: { all: number; sample: number; fold: number }): string[] {
  if (sample === 0 && fold === 0) return ['What was chosen was trained again on all rows.']
  const parts = [
    ...(all > 0 ? [`${all} trained again on all rows`] : []),
    ...(sample > 0 ? [`${sample} on as many rows as there was time for`] : []),
    ...(fold > 0 ? [`${fold} kept as trained for the comparison, since no time was left`] : []),
  ]
  return [`Of the models chosen: ${parts.join(', ')}.`]
}

async function fitAll(
  data: LearningData,
  trial: Trial,
  growth: number,
  share: number,
  prepared: Map<string, Prepared>,
  budget: Budget,
  { seed, threads }: { seed: number; threads: number },
): Promise<Pick<Member, 'recipe' | 'model'> | undefined> {
  const { trainer } = trial
  const prepare = () => {
    const part = share === 1 ? data : pickRows(data, sampleRows(data.rows.length, share, seed))
    return prepareAll(part, trainer.features, seed)
  }
  try {
    return await budget.within(budget.total, async (signal, now) => {
      const key = `${trainer.features} ${share}`
      const { recipe, train } = prepared.get(key) ?? prepare()
      if (share === 1) prepared.set(key, { recipe, train })
      const model = await trainer.fit({
        ...train,
        task: data.task,
        classCount: data.classCount,
        parameters: withoutEarlyStopping(trial, growth * share),
        seed: deriveSeed(deriveSeed(seed, 'fit'), 'fit fold 0'),
        threads,
        report: () => {},
        signal,
        now,
      })
      return { recipe, model }
    })
  } catch (error) {
    budget.check()
    if (error instanceof TimeUp) return undefined
    // A model that was trained on every fold may still fail on all rows; then the fold's model is kept.
    if (trial.latest) return undefined
    throw error
  }
}

function sampleRows(rows: number, share: number, seed: number): Int32Array {
  const order = createRandom(deriveSeed(seed, 'refit sample')).shuffle(Int32Array.from({ length: rows }, (_, i) => i))
  return order.slice(0, Math.ceil(rows * share)).sort()
}

/** Where each trainer reports the number of rounds of its best model, and the parameter that sets it. */
const LENGTHS: Record<string, { parameter: string; config: string }> = {
  gbdt: { parameter: 'trees', config: 'bestIteration' },
}

/**
 * Without validation rows for early stopping, training runs for the mean number of rounds of the folds, times the square root of the
 * growth.
 */
function withoutEarlyStopping(trial: Trial, growth: number): Parameters {
  const length = LENGTHS[trial.trainer.id]
  if (!length) return trial.parameters
  const lengths = trial.results.map(({ config }) => Number(config[length.config])).filter(each => each > 0)
  if (lengths.length === 0) return trial.parameters
  const mean = lengths.reduce((sum, each) => sum + each, 0) / lengths.length
  return { ...trial.parameters, [length.parameter]: Math.max(1, Math.round(mean * Math.sqrt(Math.max(1, growth)))) }
}
