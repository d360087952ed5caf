import { getMetric } from '../metrics/registry.ts'
import { foldInterval } from '../validation/cross-validate.ts'
import type { Folds } from '../validation/folds.ts'
import type { Table } from '../validation/table.ts'
import type { Choice } from './combine.ts'
import { meanOf } from './race.ts'
import { foldMs } from './refit.ts'
import type { LeaderboardRow, Trial } from './types.ts'

const MAX_ROWS = 50
const shown = (value: number) => String(Number(value.toPrecision(4)))
const minutes = (ms: number) => (ms < 90_000 ? `${shown(ms / 1000)} seconds` : `${shown(ms / 60_000)} minutes`)
const list = (names: readonly string[]) =>
  names.length < 2 ? names.join('') : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`

/** Converts losses to values of the metric. */
export const asMetric = (metricId: string, loss: number): number =>
  getMetric(metricId).direction === 'minimize' ? loss : -loss

export function makeLeaderboard(
  trials: readonly Trial[],
  folds: Folds,
  metricId: string,
  choice: Choice,
): LeaderboardRow[] {
  const last = Math.max(...trials.map(trial => trial.stage))
  const rank = (trial: Trial) =>
    (trial.state === 'complete' ? 0 : trial.losses.length > 0 ? 1 : 2) + 3 * (last - trial.stage)
  return trials
    .filter(trial => trial.state !== 'running' || trial.losses.length > 0)
    .sort((a, b) => rank(a) - rank(b) || meanOf(a.losses) - meanOf(b.losses) || a.number - b.number)
    .slice(0, MAX_ROWS)
    .map((trial, place) => {
      const { value, high } = foldInterval(
        trial.losses.map((loss, f) => ({
          value: !Number.isFinite(loss) ? null : asMetric(metricId, loss),
          rowsTrain: folds.folds[f]!.train.length,
          rowsValidation: folds.folds[f]!.validation.length,
        })),
      )
      return {
        rank: place + 1,
        trainer: trial.trainer.id,
        name: trial.name,
        parameters: trial.parameters,
        state: trial.state === 'running' ? 'slow' : trial.state,
        value,
        spread: value === null || high === null ? null : high - value,
        folds: trial.losses.length,
        rowsTrain: trial.rowsTrain,
        milliseconds: Math.round(foldMs(trial) * trial.results.length),
        weight: choice.members.find(member => member.trial.number === trial.number)?.weight ?? 0,
      }
    })
}

export function summarizeAutoml(
  table: Table,
  folds: Folds & { reason: string },
  trials: readonly Trial[],
  metricId: string,
  choice: Choice,
  budgetMs: number,
): string[] {
  const metric = getMetric(metricId)
  const rows = table.data.rows.length
  const count = (state: Trial['state']) => trials.filter(trial => trial.state === state).length
  const kinds = [...new Set(trials.map(trial => trial.trainer.label))]
  const sentences = [
    `${trials.length} settings of ${kinds.length} kinds of model (${list(kinds)}) were tried within ${minutes(budgetMs)}.`,
    `They were compared by ${metric.label} on ${describeFolds(folds)} of ${rows.toLocaleString('en')} rows, divided ${folds.reason}.`,
    ...folds.words,
  ]
  const [first, last] = [trials[0]!, trials.at(-1)!]
  if (last.stage > first.stage) {
    sentences.push(
      `The first settings learned from ${first.rowsTrain.toLocaleString('en')} rows to see how long they take, the others from ${last.rowsTrain.toLocaleString('en')}.`,
    )
  }
  const [dropped, slow, failed] = [count('dropped'), count('slow') + count('running'), count('failed')]
  if (dropped > 0) sentences.push(`${dropped} were given up early because they were clearly behind.`)
  if (slow > 0) sentences.push(`${slow} took more time than there was.`)
  if (failed > 0) {
    const reason = trials.find(trial => trial.state === 'failed')?.reason
    sentences.push(`${failed} failed${reason ? `, one with: ${reason}` : '.'}`)
  }
  return [...sentences, ...bestOfKinds(trials, metricId), ...explainWinner(table, trials, metricId, choice)]
}

function describeFolds({ folds, plan }: Folds): string {
  if (folds.length === 1) return 'one part held out'
  const repeats = 'repeats' in plan ? (plan.repeats ?? 1) : 1
  return repeats > 1 ? `${folds.length / repeats} folds, divided ${repeats} times over,` : `${folds.length} folds`
}

/** Returns the best setting of each family, best first. */
function bestOfKinds(trials: readonly Trial[], metricId: string): string[] {
  const best = new Map<string, Trial>()
  for (const trial of trials) {
    if (trial.state !== 'complete' || trial.stage < trials.at(-1)!.stage) continue
    const known = best.get(trial.trainer.id)
    if (!known || meanOf(trial.losses) < meanOf(known.losses)) best.set(trial.trainer.id, trial)
  }
  const ranked = [...best.values()].sort((a, b) => meanOf(a.losses) - meanOf(b.losses))
  const words = ranked.map(
    trial => `${trial.trainer.label} ${shown(asMetric(metricId, meanOf(trial.losses)))} (${trial.name})`,
  )
  return words.length > 0 ? [`Best of each kind: ${words.join(', ')}.`] : []
}

function explainWinner(table: Table, trials: readonly Trial[], metricId: string, choice: Choice): string[] {
  const { members, single, loss, singleLoss } = choice
  const value = (number: number) => shown(asMetric(metricId, number))
  const sentences: string[] = []
  if (members.length === 1) {
    const { trial } = members[0]!
    const leader = trials
      .filter(each => each.state === 'complete' && each.stage === trial.stage)
      .reduce((a, b) => (meanOf(a.losses) <= meanOf(b.losses) ? a : b), trial)
    sentences.push(
      leader.number === trial.number
        ? `“${trial.name}” (${trial.trainer.label}) won with ${value(meanOf(trial.losses))}; putting several models together was no better.`
        : `“${trial.name}” (${trial.trainer.label}) was chosen with ${value(meanOf(trial.losses))}: “${leader.name}” (${leader.trainer.label}) reached ${value(meanOf(leader.losses))}, which is within what chance explains, and the simpler model is preferred.`,
    )
  } else {
    const ranked = [...members].sort((a, b) => b.weight - a.weight)
    const total = members.reduce((sum, member) => sum + member.weight, 0)
    const parts = ranked.map(
      ({ trial, weight }) => `${trial.trainer.label} “${trial.name}” ${Math.round((100 * weight) / total)} %`,
    )
    const how =
      choice.combination.kind === 'stack' ? 'a weighted sum fitted to their held-out predictions' : 'an average'
    sentences.push(
      `The result is ${how} of ${members.length} models (${list(parts)}): on folds that had no part in the choice it reaches ${value(loss)}, “${single.name}” (${single.trainer.label}) alone ${value(singleLoss)}.`,
    )
  }
  const baseline = trials.find(
    each => each.trainer.id === 'baseline' && each.state === 'complete' && each.stage === single.stage,
  )
  if (baseline && !members.some(member => member.trial.number === baseline.number)) {
    const what = table.data.task === 'regression' ? 'the average' : 'the class shares'
    sentences.push(`Always predicting ${what} would reach ${value(meanOf(baseline.losses))}.`)
  }
  return sentences
}
