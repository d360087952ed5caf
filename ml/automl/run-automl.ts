import { EngineError } from '../errors.ts'
import { getMetric } from '../metrics/registry.ts'
import { createRandom, deriveSeed } from '../random.ts'
import { suggest } from '../search/suggest.ts'
import type { Trial as SearchTrial } from '../search/types.ts'
import { listTrainers } from '../trainers/registry.ts'
import type { Task } from '../trainers/types.ts'
import { gatherOutOfFold } from '../validation/cross-validate.ts'
import { attempt } from './attempt.ts'
import { type Budget, createBudget } from './budget.ts'
import { type Choice, chooseCombination, combinePredictions, finalists, shortlist } from './combine.ts'
import { asMetric, makeLeaderboard, summarizeAutoml } from './explain.ts'
import { chooseFamily } from './families.ts'
import { type Candidate, fixedFor, makePortfolio, searchSpace } from './portfolio.ts'
import { meanOf } from './race.ts'
import { foldMs, refit, refitMs } from './refit.ts'
import { planStages, type Stage } from './stage.ts'
import { fallBack, isTooSmall } from './too-small.ts'
import type { AutomlRequest, AutomlResult, Trial } from './types.ts'

/** Time reserved for choosing the ensemble: a share of the budget, with a minimum, since the choice takes about a second. */
const forChoice = (total: number) => Math.max(0.03 * total, Math.min(1500, 0.08 * total))
/** Maximum share of the budget reserved for retraining the selected models. */
const MAX_REFIT_SHARE = 0.35
/** Working size of a large table: one good tree model may take this share of the budget. */
const WORKING_SHARE = 0.05

/** The default metric to optimize: proper and smooth, so that it separates similar models. */
export const automlMetric = (task: Task): string =>
  task === 'regression' ? 'rmse' : task === 'binary' ? 'roc_auc' : 'log_loss'

/**
 * Finds a good model in a given time: a portfolio of good settings, then a search of the most promising families, an ensemble, and a final
 * training on all rows. When stopped early it returns the best result so far; it is never worse than the baseline on the held-out rows.
 * @throws EngineError if nothing can be learned; the signal's reason when aborted.
 */
export async function runAutoml(request: AutomlRequest): Promise<AutomlResult> {
  const { table, seed } = request
  const { data } = table
  const metricId = request.metric ?? automlMetric(data.task)
  const metric = getMetric(metricId)
  if (!metric.tasks.includes(data.task)) {
    throw new EngineError('metric', `“${metric.label}” does not measure ${data.task}.`, 'Choose another metric.')
  }
  const budget = createBudget(request.budgetMs, request.now, request.signal, request.finish)
  budget.check()
  if (isTooSmall(table)) return fallBack(request, metricId, budget)
  const run = new Run(request, metricId, budget)
  await run.tryPortfolio()
  await run.search()
  budget.check()

  const { stage, trials } = run
  const choice = run.choose()
  const { recipe, model, words } = await refit(data, choice, stage.growth, budget, { seed, threads: request.threads })
  const measured = stage.folds.folds.flatMap(({ validation }, f) => {
    const members = choice.members.map(({ trial, weight }) => ({ weight, predicted: trial.results[f]?.predicted }))
    const predicted = combinePredictions(members, choice.combination, data.task)
    return predicted ? [{ validation, predicted }] : []
  })
  return {
    recipe,
    model,
    metric: metricId,
    outOfFold: gatherOutOfFold(
      stage.data,
      measured,
      measured.map(each => each.predicted),
    ),
    leaderboard: makeLeaderboard(trials, stage.folds, metricId, choice),
    summary: [...summarizeAutoml(table, stage.folds, trials, metricId, choice, budget.total), ...words],
    trials: trials.length,
    elapsedMs: budget.elapsed(),
  }
}

/** The state of one run: completed trials and remaining budget. */
class Run {
  readonly trials: Trial[] = []
  stage: Stage
  private level = 0
  private readonly request: AutomlRequest
  private readonly metricId: string
  private readonly budget: Budget
  private readonly portfolio: Candidate[]
  private readonly stages

  constructor(request: AutomlRequest, metricId: string, budget: Budget) {
    const { table, seed, trainers } = request
    this.request = request
    this.metricId = metricId
    this.budget = budget
    const { task, rows, columns } = table.data
    this.portfolio = makePortfolio(trainers ?? listTrainers(), task, { rows: rows.length, cols: columns.length })
    if (this.portfolio.length === 0) {
      throw new EngineError('trainer', `No trainer here can learn ${task}.`, 'Register one.')
    }
    this.stages = planStages(table, request.budgetMs, metricId, seed)
    this.stage = this.stages.of(this.stages.first)
  }

  /** Trials measured on all folds of the current stage. */
  complete(): Trial[] {
    return this.trials.filter(trial => trial.state === 'complete' && trial.stage === this.level)
  }

  /** Builds the best final model from the trials. */
  choose(): Choice {
    const { stage, level, metricId, request } = this
    const here = this.trials.filter(trial => trial.stage === level)
    const all = stage.folds.folds
    const { folds, trials } = finalists(here, all.length)
    if (trials.length === 0) return onlyPartly(this.trials)
    const inTime = request.table.timeColumn !== undefined
    const seed = deriveSeed(request.seed, 'choice')
    return chooseCombination(stage.data, all.slice(0, folds), trials, metricId, seed, inTime)
  }

  /** When the search must end to leave time for retraining the best models. */
  private searchEnd(): number {
    const best = this.complete()
      .sort((a, b) => meanOf(a.losses) - meanOf(b.losses))
      .slice(0, 4)
    return this.endFor(best)
  }

  private endFor(members: readonly Trial[]): number {
    const { total } = this.budget
    const refits = members.reduce((sum, trial) => sum + refitMs(trial, this.stage.growth), 0)
    return total - forChoice(total) - Math.min(refits, total * MAX_REFIT_SHARE)
  }

  private open(): boolean {
    const { budget, request, trials } = this
    return !budget.finishing() && trials.length < (request.maxTrials ?? 1e6) && budget.elapsed() < this.searchEnd()
  }

  async tryPortfolio(): Promise<void> {
    for (const candidate of this.portfolio) {
      const first = this.trials.length === 0
      if (!first && !this.open()) return
      if (!first && this.isTooSlow(candidate.trainer.id)) continue
      const trial = await this.attempt(candidate)
      if (this.stage.rowsTrain < this.stages.rows && trial.trainer.id === 'gbdt') {
        if (this.grow(trial)) return this.tryPortfolio()
      }
    }
  }

  /** Continues with more rows if a tree model on them takes a small enough share of the time. */
  private grow(trial: Trial): boolean {
    if (this.level > 0) return false
    const perRow = foldMs(trial) / this.stage.rowsTrain
    const affordable = trial.state === 'complete' ? (this.budget.total * WORKING_SHARE) / perRow : 0
    const rows = Math.min(this.stages.rows, Math.round(affordable))
    if (rows < 1.5 * this.stage.rowsTrain) return false
    this.level++
    this.stage = this.stages.of(rows)
    return true
  }

  /** Tries suggestions for the most promising family while there is time. */
  async search(): Promise<void> {
    const { request, portfolio } = this
    const random = createRandom(deriveSeed(request.seed, 'families'))
    const families = [...new Set(portfolio.map(candidate => candidate.trainer))].filter(
      trainer => searchSpace(trainer).length > 0,
    )
    // With a limit of trials the choice must not depend on the clock: the same request gives the same model.
    const costOf = (trial: Trial) => (request.maxTrials === undefined ? foldMs(trial) * trial.results.length : 1)
    while (this.open()) {
      const complete = this.complete()
      const able = families.filter(trainer => complete.some(trial => trial.trainer === trainer))
      if (able.length === 0) return
      const ids = able.map(trainer => trainer.id)
      const present = this.trials.filter(trial => trial.stage === this.level)
      const family = chooseFamily(ids, present, costOf, random)
      const trainer = able.find(each => each.id === family)!
      const own = present.filter(trial => trial.trainer === trainer)
      const parameters = suggest(searchSpace(trainer), historyOf(own), {
        sampler: 'tpe',
        direction: 'minimize',
        seed: deriveSeed(request.seed, `search ${trainer.id}`),
        number: this.trials.length,
        startup: 4,
      })
      if (!parameters) return
      const best = own
        .filter(trial => trial.state === 'complete')
        .reduce((a, b) => (meanOf(a.losses) <= meanOf(b.losses) ? a : b))
      const name = `Search ${this.trials.length + 1}`
      await this.attempt({ trainer, name, parameters: fixedFor(trainer, { ...best.parameters, ...parameters }) })
    }
  }

  private async attempt(candidate: Candidate): Promise<Trial> {
    const { stage, budget, request } = this
    const trial: Trial = {
      number: this.trials.length,
      ...candidate,
      state: 'running',
      stage: this.level,
      rowsTrain: stage.rowsTrain,
      losses: [],
      results: [],
    }
    this.trials.push(trial)
    await attempt(candidate, trial, stage, this.complete(), budget, this.searchEnd(), request)
    this.forgetModels()
    this.tell(trial)
    return trial
  }

  /** Frees models of settings that no ensemble would use anymore. */
  private forgetModels(): void {
    const complete = this.complete()
    const wanted = new Set(complete.length > 0 ? shortlist(complete) : [])
    for (const trial of this.trials) {
      if (trial.state === 'complete' && complete.length > 0 && !wanted.has(trial)) trial.latest = undefined
    }
  }

  /** A family whose first setting ran out of time is not tried again. */
  private isTooSlow(family: string): boolean {
    const own = this.trials.filter(trial => trial.trainer.id === family && trial.stage === this.level)
    return own.some(trial => trial.state === 'slow') && !own.some(trial => trial.state === 'complete')
  }

  private tell(trial: Trial): void {
    const { label } = getMetric(this.metricId)
    const able = this.complete()
    const leader = able.reduce<Trial | null>((a, b) => (a && meanOf(a.losses) <= meanOf(b.losses) ? a : b), null)
    const value = (each: Trial) => asMetric(this.metricId, meanOf(each.losses))
    const reached = trial.losses.length > 0 ? `: ${label} ${Number(value(trial).toPrecision(5))}` : ''
    this.request.report?.({
      trials: this.trials.length,
      elapsedMs: this.budget.elapsed(),
      metric: this.metricId,
      line: `${trial.trainer.label}, ${trial.name}${reached}${STATE_WORDS[trial.state]}`,
      best: leader && { trainer: leader.trainer.id, name: leader.name, value: value(leader) },
    })
  }
}

const STATE_WORDS: Record<Trial['state'], string> = {
  running: '',
  complete: '',
  dropped: ', clearly behind, given up early',
  failed: ', failed',
  slow: ', took too long',
}

function historyOf(trials: readonly Trial[]): SearchTrial[] {
  return trials
    .filter(trial => trial.state !== 'running' && trial.state !== 'slow')
    .map((trial): SearchTrial => {
      const mean = meanOf(trial.losses)
      const value = Number.isFinite(mean) ? mean : null
      const { number, parameters } = trial
      if (trial.state === 'complete') return { number, state: 'complete', parameters, value }
      if (trial.state === 'failed') return { number, state: 'failed', parameters }
      return { number, state: 'pruned', parameters, reports: [{ step: trial.losses.length, value }] }
    })
}

/** Fallback if nothing was measured on all folds: the best partially measured setting. */
function onlyPartly(trials: readonly Trial[]): Choice {
  const measured = trials.filter(trial => trial.latest && Number.isFinite(meanOf(trial.losses)))
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
