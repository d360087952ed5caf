import { EngineError } from '../errors.ts'
import { getMetric } from '../metrics/registry.ts'
import { createRandom, deriveSeed } from '../random.ts'
import { suggest } from '../search/suggest.ts'
import type { Trial as SearchTrial } from '../search/types.ts'
import { lossOf } from '../trainers/ensemble-loss.ts'
import { listTrainers } from '../trainers/registry.ts'
import type { Task } from '../trainers/types.ts'
import { fitFold, gatherOutOfFold } from '../validation/cross-validate.ts'
import { createFoldData } from '../validation/learning-data.ts'
import { createBudget, TimeUp } from './budget.ts'
import { chooseFolds } from './choose-folds.ts'
import { type Choice, chooseCombination, combinePredictions } from './combine.ts'
import { asMetric, makeLeaderboard, summarise } from './explain.ts'
import { chooseFamily } from './families.ts'
import { type Candidate, fixedFor, makePortfolio, searchSpace } from './portfolio.ts'
import { isBehind, meanOf } from './race.ts'
import { foldMs, refit } from './refit.ts'
import type { AutomlRequest, AutomlResult, Trial } from './types.ts'

/** No setting may take more than this share of the time, however good it promises to be. */
const MOST_OF_BUDGET = 0.3
/** Share of the time kept for choosing the ensemble. */
const FOR_CHOICE = 0.04
/** No more than this share is kept for training the chosen models again. */
const MOST_FOR_REFIT = 0.35

/** The metric to optimise when nobody chose one: proper and smooth ones, which tell close models apart. */
export const automlMetric = (task: Task): string =>
  task === 'regression' ? 'rmse' : task === 'binary' ? 'roc_auc' : 'log_loss'

/**
 * Finds a good model in a given time: a portfolio of good settings, then a search of the kinds of model that promise most per second, an
 * ensemble of what was found, and a last training on all rows. Stopped early it still gives the best so far; it is never worse than the
 * baseline on the rows held out.
 * @throws EngineError in words when there is nothing to learn from; the signal's reason when aborted.
 */
export async function runAutoml(request: AutomlRequest): Promise<AutomlResult> {
  const { table, threads, seed, report } = request
  const { data } = table
  const { task } = data
  const metricId = request.metric ?? automlMetric(task)
  const metric = getMetric(metricId)
  if (!metric.tasks.includes(task)) {
    throw new EngineError('metric', `“${metric.label}” does not measure ${task}.`, 'Choose another metric.')
  }
  const budget = createBudget(request.budgetMs, request.now, request.signal, request.finish)
  budget.check()
  const folds = chooseFolds(table, request.budgetMs, deriveSeed(seed, 'folds'))
  const foldData = createFoldData(data, folds.folds, deriveSeed(seed, 'recipes'))
  const shape = { rows: data.rows.length, cols: data.columns.length }
  const portfolio = makePortfolio(request.trainers ?? listTrainers(), task, shape)
  if (portfolio.length === 0) {
    throw new EngineError('trainer', `No trainer here can learn ${task}.`, 'Register one.')
  }
  const loss = lossOf(metricId, task, data.classCount)
  const truths = folds.folds.map(({ validation }) => Float64Array.from(validation, at => data.y[at]!))
  const growth = data.rows.length / folds.folds.at(-1)!.train.length
  const trials: Trial[] = []
  const complete = () => trials.filter(trial => trial.state === 'complete')
  const random = createRandom(deriveSeed(seed, 'families'))

  let chosen: { count: number; choice: Choice } | undefined
  /** The combination of what is complete now; made anew only when there is more. */
  const choose = (): Choice => {
    const able = complete()
    if (chosen?.count !== able.length) {
      const choice = chooseCombination(data, folds.folds, able, metricId, deriveSeed(seed, 'choice'))
      chosen = { count: able.length, choice }
    }
    return chosen.choice
  }
  /** What is to be kept back for the end: by the four best so far, since most ensembles have about so many members. */
  const reserve = () => {
    const best = complete()
      .sort((a, b) => meanOf(a.losses) - meanOf(b.losses))
      .slice(0, 4)
    const refits = best.reduce((sum, trial) => sum + foldMs(trial) * growth * 1.15, 0)
    return budget.total * FOR_CHOICE + Math.min(refits, budget.total * MOST_FOR_REFIT)
  }
  const searchEnd = () => budget.total - reserve()
  const open = () => !budget.finishing() && budget.elapsed() < searchEnd() && trials.length < (request.maxTrials ?? 1e6)

  const tell = (trial: Trial) => {
    const able = complete()
    const leader = able.reduce<Trial | null>((a, b) => (a && meanOf(a.losses) <= meanOf(b.losses) ? a : b), null)
    const reached =
      trial.losses.length > 0 ? `: ${metric.label} ${short(asMetric(metricId, meanOf(trial.losses)))}` : ''
    report?.({
      trials: trials.length,
      elapsedMs: budget.elapsed(),
      line: `${trial.trainer.label}, ${trial.name}${reached}${STATE_WORDS[trial.state]}`,
      best: leader && {
        trainer: leader.trainer.id,
        name: leader.name,
        value: asMetric(metricId, meanOf(leader.losses)),
      },
    })
  }

  /** Fold after fold until it is measured, clearly behind, or out of time. */
  const attempt = async (candidate: Candidate): Promise<Trial> => {
    const trial: Trial = { number: trials.length, ...candidate, state: 'running', losses: [], results: [] }
    trials.push(trial)
    const start = budget.elapsed()
    const until = Math.min(searchEnd(), start + budget.total * MOST_OF_BUDGET)
    const baseline = candidate.trainer.id === 'baseline'
    try {
      for (let f = 0; f < folds.folds.length; f++) {
        const ahead = trial.results.length > 0 ? foldMs(trial) : 0
        if (!baseline && budget.elapsed() + ahead > until) {
          trial.state = 'slow'
          break
        }
        const result = await budget.within(baseline ? budget.total : until, (signal, now) =>
          fitFold(data, foldData, f, {
            trainer: trial.trainer,
            parameters: trial.parameters,
            seed: deriveSeed(seed, 'fit'),
            threads,
            signal,
            now,
          }),
        )
        trial.results.push(result)
        trial.losses.push(result.predicted.every(Number.isFinite) ? loss(truths[f]!, result.predicted) : Number.NaN)
        const last = f === folds.folds.length - 1
        if (!last && isBehind(trial.losses, trials)) {
          trial.state = 'dropped'
          break
        }
      }
      if (trial.state === 'running') trial.state = Number.isFinite(meanOf(trial.losses)) ? 'complete' : 'failed'
    } catch (error) {
      budget.check()
      if (error instanceof TimeUp) trial.state = 'slow'
      else {
        trial.state = 'failed'
        trial.reason = error instanceof Error ? error.message : String(error)
      }
    }
    // Only what may be used again is kept: models are large.
    if (trial.state === 'dropped' || trial.state === 'failed') trial.results = trial.results.map(forgetModel)
    tell(trial)
    return trial
  }

  for (const candidate of portfolio) {
    const first = trials.length === 0
    if (!first && !open()) break
    if (!first && tooSlow(trials, candidate.trainer.id)) continue
    await attempt(candidate)
  }
  const families = portfolio
    .map(candidate => candidate.trainer)
    .filter((trainer, k, all) => all.indexOf(trainer) === k && searchSpace(trainer).length > 0)
  while (open()) {
    const able = families.filter(trainer => trials.some(t => t.trainer === trainer && t.state === 'complete'))
    if (able.length === 0) break
    const costOf = (trial: Trial) => (request.maxTrials === undefined ? foldMs(trial) * trial.results.length : 1)
    const family = chooseFamily(
      able.map(trainer => trainer.id),
      trials,
      costOf,
      random,
    )
    const trainer = able.find(each => each.id === family)!
    const parameters = suggest(searchSpace(trainer), historyOf(trials, family), {
      sampler: 'tpe',
      direction: 'minimise',
      seed: deriveSeed(seed, `search ${family}`),
      number: trials.length,
      startup: 4,
    })
    if (!parameters) break
    const best = complete()
      .filter(trial => trial.trainer.id === family)
      .reduce((a, b) => (meanOf(a.losses) <= meanOf(b.losses) ? a : b))
    const name = `Search ${trials.length + 1}`
    await attempt({ trainer, name, parameters: fixedFor(trainer, { ...best.parameters, ...parameters }) })
  }
  budget.check()

  const choice = complete().length > 0 ? choose() : onlyPartly(trials)
  const { recipe, model, words } = await refit(data, choice, growth, budget, { seed, threads })
  const elapsedMs = budget.elapsed()
  const predictions = folds.folds.map((_, f) =>
    combinePredictions(
      choice.members.map(({ trial, weight }) => ({ weight, predicted: trial.results[f]?.predicted })),
      choice.combination,
      task,
    ),
  )
  const measured = folds.folds.flatMap(({ validation }, f) => {
    const predicted = predictions[f]
    return predicted ? [{ validation, predicted }] : []
  })
  return {
    recipe,
    model,
    metric: metricId,
    outOfFold: gatherOutOfFold(
      data,
      measured,
      measured.map(each => each.predicted),
    ),
    leaderboard: makeLeaderboard(trials, folds, metricId, choice),
    summary: [...summarise(table, folds, trials, metricId, choice, elapsedMs), ...words],
    trials: trials.length,
    elapsedMs,
  }
}

const short = (value: number) => String(Number(value.toPrecision(5)))

const STATE_WORDS: Record<Trial['state'], string> = {
  running: '',
  complete: '',
  dropped: ', clearly behind, given up early',
  failed: ', failed',
  slow: ', took too long',
}

const forgetModel = (result: Trial['results'][number]): Trial['results'][number] => ({
  ...result,
  model: { ...result.model, tensors: {} },
  predicted: new Float64Array(0),
})

/** A family whose first setting had no time to end gets no second chance. */
function tooSlow(trials: readonly Trial[], family: string): boolean {
  const own = trials.filter(trial => trial.trainer.id === family)
  return own.some(trial => trial.state === 'slow') && !own.some(trial => trial.state === 'complete')
}

function historyOf(trials: readonly Trial[], family: string): SearchTrial[] {
  return trials
    .filter(trial => trial.trainer.id === family && trial.state !== 'running' && trial.state !== 'slow')
    .map((trial): SearchTrial => {
      const mean = meanOf(trial.losses)
      const value = Number.isFinite(mean) ? mean : null
      const { number, parameters } = trial
      if (trial.state === 'complete') return { number, state: 'complete', parameters, value }
      if (trial.state === 'failed') return { number, state: 'failed', parameters }
      return { number, state: 'pruned', parameters, reports: [{ step: trial.losses.length, value }] }
    })
}

/** When the time was not enough to measure anything on all folds: the best of what was measured at all. */
function onlyPartly(trials: readonly Trial[]): Choice {
  const measured = trials.filter(trial => trial.results.length > 0 && trial.state !== 'failed')
  if (measured.length === 0) {
    const reason = trials.find(trial => trial.reason)?.reason
    throw new EngineError(
      'automl-nothing',
      `No model could be trained in the time given.${reason ? ` The first reason: ${reason}` : ''}`,
      'Allow more minutes, or train a linear model.',
    )
  }
  const best = measured.reduce((a, b) => (meanOf(b.losses) < meanOf(a.losses) ? b : a))
  const loss = meanOf(best.losses)
  return {
    members: [{ trial: best, weight: 1 }],
    combination: { kind: 'average' },
    loss,
    singleLoss: loss,
    single: best,
  }
}
