import { readFile } from 'node:fs/promises'
import { comparePaired, isTestable, listMetrics, readRowScores, shareRows } from '#ml/index.ts'
import type { CompareInput, ScoresCompared } from '../tasks.ts'

const SEED = 1

/** Compares each of the others with the base. */
export async function run({ base, others, metrics }: CompareInput): Promise<ScoresCompared[]> {
  const reference = readRowScores(await readFile(base))
  const ids = metrics ?? listMetrics(reference.task).map(metric => metric.id)
  const results: ScoresCompared[] = []
  for (const path of others) {
    const scores = readRowScores(await readFile(path))
    const shared = shareRows(reference, scores)
    if ('reason' in shared) {
      results.push(shared)
      continue
    }
    const { rows, leftOut, isWhole } = shared
    results.push({
      rows,
      leftOut,
      isWhole,
      measured: scores.measured,
      testable: isTestable(shared.base),
      metrics: comparePaired(ids, shared.base, shared.other, SEED),
    })
  }
  return results
}
