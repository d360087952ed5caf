import { deriveSeed } from '../random.ts'
import { type FoldResult, fitFold } from '../validation/cross-validate.ts'
import { type Budget, TimeUp } from './budget.ts'
import type { Candidate } from './portfolio.ts'
import { isBehind, meanOf } from './race.ts'
import { foldMs } from './refit.ts'
import type { Stage } from './stage.ts'
import type { Trial } from './types.ts'

/** Maximum share of the budget for one setting; less for families that help an ensemble more often than they win. */
const MAX_BUDGET_SHARE = 0.3
const HELPERS: Record<string, number> = { 'random-forest': 0.12, 'extra-trees': 0.12, mlp: 0.15 }

/**
 * Measures a setting fold by fold until all folds are done, it is clearly behind, or it runs out of time.
 * @param until milliseconds since the start at which work must stop; only the baseline may always finish.
 */
export async function attempt(
  candidate: Candidate,
  trial: Trial,
  stage: Stage,
  rivals: readonly Trial[],
  budget: Budget,
  until: number,
  options: { seed: number; threads: number },
): Promise<void> {
  const { trainer, parameters } = candidate
  const baseline = trainer.id === 'baseline'
  const limit = baseline
    ? budget.total
    : Math.min(until, budget.elapsed() + budget.total * (HELPERS[trainer.id] ?? MAX_BUDGET_SHARE))
  const count = stage.folds.folds.length
  try {
    for (let f = 0; f < count; f++) {
      const ahead = trial.results.length > 0 ? foldMs(trial) : 0
      if (!baseline && budget.elapsed() + ahead > limit) {
        trial.state = 'slow'
        return
      }
      const result = await budget.within(limit, (signal, now) =>
        fitFold(stage.data, stage.foldData, f, {
          trainer,
          parameters,
          seed: deriveSeed(options.seed, 'fit'),
          threads: options.threads,
          signal,
          now,
        }),
      )
      keep(trial, result)
      const sound = result.predicted.every(Number.isFinite)
      trial.losses.push(sound ? stage.loss(stage.truths[f]!, result.predicted) : Number.POSITIVE_INFINITY)
      if (f < count - 1 && isBehind(trial.losses, rivals, stage.folds.plan.kind === 'time')) {
        trial.state = 'dropped'
        forget(trial)
        return
      }
    }
    trial.state = Number.isFinite(meanOf(trial.losses)) ? 'complete' : 'failed'
    if (trial.state === 'failed') trial.reason = 'the metric is not defined for its predictions'
  } catch (error) {
    budget.check()
    if (error instanceof TimeUp) {
      trial.state = 'slow'
      return
    }
    trial.state = 'failed'
    trial.reason = error instanceof Error ? error.message : String(error)
  }
}

/**
 * Models are large, so only one fold's model is kept per setting, as a fallback when there is no time to refit; for time splits the latest
 * one.
 */
function keep(trial: Trial, { recipe, model, predicted, milliseconds }: FoldResult): void {
  trial.latest ??= { recipe, model }
  trial.results.push({ predicted, milliseconds, config: model.config })
}

function forget(trial: Trial): void {
  trial.latest = undefined
  for (const result of trial.results) result.predicted = new Float64Array(0)
}
