import type { ProjectScope } from '#server/kernel/scope.ts'
import type { Kernel } from '#server/platform/kernel.ts'
import { compareScores } from './comparison/compare-scores.ts'
import type { Versus } from './comparison/contract.ts'
import { correctForRuns, judgePair, unknown } from './rules/judge-pairs.ts'
import { isMinimized } from './rules/rank-runs.ts'
import { type BestRun, listScored, type ScoredRun } from './store.ts'

/** Runs that are compared with the best, by rank. */
const MOST_RANKED = 100

/**
 * Compares the succeeded runs of an experiment with its best run on the same validation rows, by the experiment's metric; p values are
 * corrected for the number of runs.
 */
export async function rankExperiment(
  kernel: Kernel,
  scope: ProjectScope,
  best: BestRun | undefined,
): Promise<Map<string, Versus>> {
  if (!best) return new Map()
  const runs = await listScored(kernel.db, scope, best.experimentId, isMinimized(best.metric))
  const others = runs.filter(run => run.id !== best.id)
  const first = others.slice(0, MOST_RANKED)
  const versus = await compareWithBest(kernel, scope, best.metric, best, first)
  return new Map(others.map((run, i) => [run.id, versus[i] ?? unknown('not_among_first')]))
}

/** Compares runs with the best of them, corrected for their number; in the order of `others`. */
export async function compareWithBest(
  kernel: Kernel,
  scope: ProjectScope,
  metric: string,
  best: Pick<ScoredRun, 'scores' | 'measured'>,
  others: readonly Pick<ScoredRun, 'scores' | 'measured'>[],
): Promise<Versus[]> {
  const digest = best.scores?.digest
  const comparable = digest === undefined ? [] : others.flatMap(run => run.scores?.digest ?? [])
  const compared = digest === undefined ? [] : await compareScores(kernel, scope, digest, comparable, [metric])
  const byDigest = new Map(comparable.map((other, i) => [other, compared[i]]))
  const list = others.map(run => {
    if (digest === undefined || !run.scores) return unknown('no_rows_kept')
    const { code, metrics } = judgePair(byDigest.get(run.scores.digest), {
      sameRows: true,
      base: { [metric]: best.measured ?? undefined },
      other: { [metric]: run.measured ?? undefined },
    })
    const [only] = metrics
    return only ? pick(only) : unknown(code ?? 'no_value')
  })
  return correctForRuns(metric, list)
}

const pick = ({ verdict, code, difference, differenceLow, differenceHigh, p }: Versus): Versus => ({
  verdict,
  code,
  difference,
  differenceLow,
  differenceHigh,
  p,
})
