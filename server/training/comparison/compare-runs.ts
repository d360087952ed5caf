import type { ProjectScope } from '#server/kernel/scope.ts'
import type { Kernel } from '#server/platform/kernel.ts'
import type { Comparison } from '../contract.ts'
import { compareWithBest } from '../rank-experiment.ts'
import { judgePair, notCompared } from '../rules/judge-pairs.ts'
import { directionOf } from '../rules/rank-runs.ts'
import type { ListedRun } from '../store.ts'
import { compareScores } from './compare-scores.ts'
import type { PairedComparison } from './contract.ts'

/** Runs whose every metric is compared; more fit no table. */
const MOST_PAIRED = 10

/** Compares runs on their validation rows: every metric with the first run, and the metric they are ranked by with the best of them. */
export async function compareOnRows(
  kernel: Kernel,
  scope: ProjectScope,
  rows: readonly ListedRun[],
  metric: string | null,
): Promise<Pick<Comparison, 'best' | 'versusBest' | 'paired'>> {
  const [paired, ranked] = await Promise.all([
    pairWithFirst(kernel, scope, rows),
    rankAmong(kernel, scope, rows, metric),
  ])
  return { paired, ...ranked }
}

async function pairWithFirst(
  kernel: Kernel,
  scope: ProjectScope,
  rows: readonly ListedRun[],
): Promise<(PairedComparison | null)[]> {
  const base = rows[0]!.scores?.digest
  const others = rows.slice(1, MOST_PAIRED)
  const digests = base === undefined ? [] : others.flatMap(row => row.scores?.digest ?? [])
  const compared = base === undefined ? [] : await compareScores(kernel, scope, base, digests)
  const byDigest = new Map(digests.map((digest, i) => [digest, compared[i]]))
  return rows.map((row, i) => {
    if (i === 0) return null
    if (i >= MOST_PAIRED) return notCompared('not_among_first')
    if (base === undefined || !row.scores) return notCompared('no_rows_kept')
    return judgePair(byDigest.get(row.scores.digest), {
      sameRows: true,
      base: valuesOf(rows[0]!),
      other: valuesOf(row),
    })
  })
}

const valuesOf = (row: ListedRun) =>
  Object.fromEntries(Object.entries(row.metrics).map(([name, value]) => [name, { value }]))

async function rankAmong(
  kernel: Kernel,
  scope: ProjectScope,
  rows: readonly ListedRun[],
  metric: string | null,
): Promise<Pick<Comparison, 'best' | 'versusBest'>> {
  const direction = directionOf(metric)
  const measured = rows.filter(row => row.measured?.value != null)
  if (metric === null || direction === null || measured.length === 0)
    return { best: null, versusBest: rows.map(() => null) }
  const sign = direction === 'minimize' ? 1 : -1
  const [best, ...others] = measured.toSorted((a, b) => sign * (a.measured!.value! - b.measured!.value!))
  const versus = await compareWithBest(kernel, scope, metric, best!, others)
  const byRun = new Map(others.map((row, i) => [row.id, versus[i]!]))
  return { best: best!.id.replaceAll('-', ''), versusBest: rows.map(row => byRun.get(row.id) ?? null) }
}
