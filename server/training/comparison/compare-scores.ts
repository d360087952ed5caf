import type { ProjectScope } from '#server/kernel/scope.ts'
import type { Kernel } from '#server/platform/kernel.ts'
import { interactiveLane } from '#server/platform/tasks/interactive-lane.ts'
import { compareScoresTask, type ScoresCompared } from './tasks.ts'

/** Results by digests never change; the oldest are dropped. */
const MOST_KEPT = 4000
const kept = new Map<string, Promise<ScoresCompared | undefined>>()

const keyOf = (base: string, other: string, metrics: readonly string[] | undefined) =>
  `${base} ${other} ${metrics?.join(' ') ?? ''}`

/**
 * Compares kept scores (by digest) with those of `base`, in a child process; results are kept in memory. Undefined: it could not be
 * computed.
 */
export async function compareScores(
  kernel: Kernel,
  scope: ProjectScope,
  base: string,
  others: readonly string[],
  metrics?: readonly string[],
): Promise<(ScoresCompared | undefined)[]> {
  const missing = [...new Set(others)].filter(other => !kept.has(keyOf(base, other, metrics)))
  if (missing.length > 0) {
    const all = computeScores(kernel, scope, base, missing, metrics).catch(error => {
      kernel.log.warn({ err: error }, 'runs could not be compared')
      for (const other of missing) kept.delete(keyOf(base, other, metrics))
      return []
    })
    for (const [i, other] of missing.entries())
      kept.set(
        keyOf(base, other, metrics),
        all.then(results => results[i]),
      )
  }
  const results = await Promise.all(others.map(other => kept.get(keyOf(base, other, metrics))))
  for (const key of kept.keys()) if (kept.size > MOST_KEPT) kept.delete(key)
  return results
}

async function computeScores(
  kernel: Kernel,
  scope: ProjectScope,
  base: string,
  others: readonly string[],
  metrics: readonly string[] | undefined,
): Promise<ScoresCompared[]> {
  const [first, ...rest] = await Promise.all([base, ...others].map(digest => kernel.blobs.pathOf(digest)))
  return interactiveLane.run(
    compareScoresTask,
    { base: first!, others: rest, ...(metrics ? { metrics: [...metrics] } : {}) },
    { projectId: scope.projectId, what: 'Comparing the runs', hint: 'Compare fewer runs.' },
  )
}
