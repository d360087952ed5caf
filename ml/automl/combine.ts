import { createRandom } from '../random.ts'
import type { SplitRows } from '../split.ts'
import type { Combination } from '../trainers/ensemble.ts'
import { lossOf } from '../trainers/ensemble-loss.ts'
import { type HeldOut, selectForward, weightedAverage } from '../trainers/ensemble-selection.ts'
import { applyStack, fitStack } from '../trainers/ensemble-stacking.ts'
import type { LearningData } from '../validation/learning-data.ts'
import { simplicityOf } from './portfolio.ts'
import { distance, meanOf } from './race.ts'
import type { Trial } from './types.ts'

/** Limits for ensemble selection: candidates, rounds, and rows used to score it. */
const MAX_CANDIDATES = 12
const ROUNDS = 20
const MAX_ROWS = 12_000
/** With fewer settings measured on all folds, a partially measured one may win. */
const FEW_COMPLETE = 4
/** Members with a smaller weight are dropped: each member costs time in every prediction. */
const MIN_WEIGHT = 0.04

export type Choice = {
  members: { trial: Trial; weight: number }[]
  combination: Combination
  /** Mean loss over the folds: of the combination, estimated by selecting on the other folds, and of the best single setting. */
  loss: number
  singleLoss: number
  single: Trial
}

/**
 * Returns the simplest setting within one standard error of the best: the best of many is partly luck (Breiman et al. 1984). On large
 * tables
 * the error is tiny and the best one is returned.
 */
export function bestSingle(trials: readonly Trial[]): Trial {
  const ranked = [...trials].sort((a, b) => meanOf(a.losses) - meanOf(b.losses))
  const best = ranked[0]!
  const close = ranked.filter(trial => {
    const { mean, error } = distance(trial.losses, best.losses)
    return trial === best || mean <= 0.5 * error
  })
  return close.reduce((a, b) => (simplicityOf(b.trainer.id) < simplicityOf(a.trainer.id) ? b : a))
}

/**
 * Chooses one model or an ensemble. Selection and stacking are scored on folds that were not used to fit them; a more complicated choice
 * must
 * be better.
 * @param trials complete trials
 */
export function chooseCombination(
  data: LearningData,
  folds: readonly SplitRows[],
  trials: readonly Trial[],
  metricId: string,
  seed: number,
  inTime: boolean,
): Choice {
  const single = bestSingle(trials)
  const loss = lossOf(metricId, data.task, data.classCount)
  const candidates = [...new Set([single, ...shortlist(trials)])]
  const held = sampleRows(data, folds, candidates, seed)
  const alone = candidates.map(candidate => (candidate === single ? 1 : 0))
  const singleLosses = held.map(fold => loss(fold.truth, weightedAverage(fold.predicted, alone)))
  const plain: Choice = {
    members: [{ trial: single, weight: 1 }],
    combination: { kind: 'average' },
    loss: meanOf(singleLosses),
    singleLoss: meanOf(singleLosses),
    single,
  }
  if (candidates.length < 2) return plain
  const parts = held.length > 1 ? held : quarters(held[0]!, data.task === 'regression' ? 1 : data.classCount, seed)
  const judge = (combine: (rest: HeldOut[], fold: HeldOut) => Float64Array) =>
    parts.map(fold => {
      const rest = parts.filter(other => other !== fold)
      return loss(fold.truth, combine(rest, fold))
    })
  /** Uses the best setting of the other folds: the loss of a winner on its own folds is biased. */
  const winnerOf = (rest: HeldOut[]) => {
    const losses = candidates.map((_, c) => meanOf(rest.map(fold => loss(fold.truth, fold.predicted[c]!))))
    const best = losses.reduce((winner, each, c) => (each < losses[winner]! ? c : winner), 0)
    return candidates.map((_, c) => (c === best ? 1 : 0))
  }
  const kinds = oneOfEachKind(candidates)
  const ways = [
    { name: 'single', weigh: winnerOf },
    { name: 'kinds', weigh: () => kinds },
    { name: 'forward', weigh: (rest: HeldOut[]) => selectForward(rest, loss, ROUNDS) },
  ].map(way => ({ ...way, losses: judge((rest, fold) => weightedAverage(fold.predicted, way.weigh(rest))) }))
  const best = ways.reduce((a, b) => (meanOf(b.losses) < meanOf(a.losses) ? b : a))
  if (best.name === 'single') return plain
  const averaged = best.losses
  const weights = best.name === 'kinds' ? kinds : tidy(selectForward(held, loss, ROUNDS))
  const average: Choice = {
    members: candidates.flatMap((trial, k) => (weights[k]! > 0 ? [{ trial, weight: weights[k]! }] : [])),
    combination: { kind: 'average' },
    loss: meanOf(averaged),
    singleLoss: meanOf(ways[0]!.losses),
    single,
  }
  // On a single time holdout, a stack would overfit the level of that period.
  if (data.task === 'multiclass' || (inTime && held.length === 1)) return average
  const { task } = data
  const stacked = judge((rest, fold) => applyStack(fitStack(rest, task), fold.predicted, task))
  const more = distance(averaged, stacked)
  const clearly = held.length > 1 ? more.mean > more.error : more.mean > 0.002 * Math.abs(average.loss)
  if (!clearly) return average
  const stack = fitStack(held, task)
  return {
    ...average,
    members: candidates.flatMap((trial, k) => (stack.weights[k]! > 1e-4 ? [{ trial, weight: stack.weights[k]! }] : [])),
    combination: { kind: 'stack', intercept: stack.intercept },
    loss: average.loss - more.mean,
  }
}

/**
 * Equal weights for the best setting of each family that is not clearly behind the overall best: nothing is fitted, so nothing can overfit.
 */
function oneOfEachKind(candidates: readonly Trial[]): number[] {
  const ranked = [...candidates].sort((a, b) => meanOf(a.losses) - meanOf(b.losses))
  const chosen = ranked.filter((trial, place) => {
    const first = ranked.findIndex(each => each.trainer === trial.trainer) === place
    return first && (place === 0 || !distance(trial.losses, ranked[0]!.losses).significant)
  })
  return candidates.map(trial => (chosen.includes(trial) ? 1 / chosen.length : 0))
}

/** Returns the best settings and the best one of every other family: different errors make an ensemble better. */
export function shortlist(all: readonly Trial[]): Trial[] {
  const better = all.filter(trial => trial.trainer.id !== 'baseline')
  const trials = better.length > 0 ? better : all
  const ranked = [...trials].sort((a, b) => meanOf(a.losses) - meanOf(b.losses))
  const chosen = new Set([bestSingle(trials), ...ranked.slice(0, MAX_CANDIDATES - 3)])
  const families = new Set([...chosen].map(trial => trial.trainer.id))
  for (const trial of ranked) {
    if (chosen.size >= MAX_CANDIDATES) break
    if (families.has(trial.trainer.id) || trial.trainer.id === 'baseline') continue
    families.add(trial.trainer.id)
    chosen.add(trial)
  }
  return [...chosen]
}

function sampleRows(
  data: LearningData,
  folds: readonly SplitRows[],
  candidates: readonly Trial[],
  seed: number,
): HeldOut[] {
  const width = data.task === 'regression' ? 1 : data.classCount
  const total = folds.reduce((sum, fold) => sum + fold.validation.length, 0)
  const share = Math.min(1, MAX_ROWS / total)
  const random = createRandom(seed)
  return folds.map(({ validation }, f) => {
    const all = Int32Array.from(validation.keys())
    const rows = share < 1 ? random.shuffle(all).subarray(0, Math.ceil(share * all.length)) : all
    return {
      truth: Float64Array.from(rows, i => data.y[validation[i]!]!),
      predicted: candidates.map(trial => takeCells(trial.results[f]!.predicted, rows, width)),
    }
  })
}

function takeCells(predicted: Float64Array, rows: ArrayLike<number>, width: number): Float64Array {
  const taken = new Float64Array(rows.length * width)
  for (let i = 0; i < rows.length; i++) {
    for (let k = 0; k < width; k++) taken[i * width + k] = predicted[rows[i]! * width + k]!
  }
  return taken
}

/** Divides one holdout into four parts, so that a choice can be scored on rows that were not used to make it. */
function quarters({ truth, predicted }: HeldOut, width: number, seed: number): HeldOut[] {
  const order = createRandom(seed).shuffle(Int32Array.from(truth.keys()))
  return [0, 1, 2, 3].map(part => {
    const rows = order.filter((_, place) => place % 4 === part)
    return {
      truth: Float64Array.from(rows, i => truth[i]!),
      predicted: predicted.map(each => takeCells(each, rows, width)),
    }
  })
}

/** Sets small weights to 0 and rescales the rest to sum to 1. */
function tidy(weights: Float64Array): Float64Array {
  const kept = weights.map(weight => (weight < MIN_WEIGHT ? 0 : weight))
  const sum = kept.reduce((total, weight) => total + weight, 0)
  return sum > 0 ? kept.map(weight => weight / sum) : weights
}

/**
 * Returns the settings eligible for the final choice: those measured on all folds; or, if an unfinished one is clearly better than all of
 * them on its folds, all settings measured on those folds, compared on those only.
 * @returns the number of folds used, and copies of the settings cut to them.
 */
export function finalists(trials: readonly Trial[], foldCount: number): { folds: number; trials: Trial[] } {
  const complete = trials.filter(trial => trial.state === 'complete')
  const ahead = trials.filter(trial => {
    const k = trial.results.length
    if (trial.state !== 'slow' || k === 0 || !trial.latest) return false
    // Among many settings, one that leads on a few folds is likely lucky.
    return complete.every(each => {
      const { mean, significant } = distance(each.losses.slice(0, k), trial.losses)
      return complete.length < FEW_COMPLETE ? mean > 0 : significant
    })
  })
  const folds = ahead.length > 0 ? Math.max(...ahead.map(trial => trial.results.length)) : foldCount
  const able = [...complete, ...ahead.filter(trial => trial.results.length === folds)]
  if (folds === foldCount) return { folds, trials: able }
  const cut = (trial: Trial): Trial => ({
    ...trial,
    losses: trial.losses.slice(0, folds),
    results: trial.results.slice(0, folds),
  })
  return { folds, trials: able.map(cut) }
}

/** Returns the members' predictions of one fold, combined as in the final model; undefined if a member has none. */
export function combinePredictions(
  members: readonly { weight: number; predicted: Float64Array | undefined }[],
  combination: Combination,
  task: LearningData['task'],
): Float64Array | undefined {
  const predicted = members.flatMap(member => (member.predicted ? [member.predicted] : []))
  if (predicted.length < members.length) return undefined
  const weights = Float64Array.from(members, member => member.weight)
  return combination.kind === 'stack'
    ? applyStack({ weights, intercept: combination.intercept }, predicted, task)
    : weightedAverage(predicted, weights)
}
