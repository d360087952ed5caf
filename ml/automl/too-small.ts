import { deriveSeed } from '../random.ts'
import { getTrainer } from '../trainers/registry.ts'
import { prepareAll } from '../validation/learning-data.ts'
import type { Table } from '../validation/table.ts'
import type { Budget } from './budget.ts'
import type { AutomlRequest, AutomlResult } from './types.ts'

/** Minimum rows, and rows of the second largest class, for a meaningful comparison. */
const MIN_ROWS = 20
const MIN_CLASS_ROWS = 3

export function isTooSmall({ data }: Table): boolean {
  if (data.rows.length < MIN_ROWS) return true
  if (data.task === 'regression') return false
  const counts = new Float64Array(data.classCount)
  for (const code of data.y) counts[code]!++
  return counts.sort().at(-2)! < MIN_CLASS_ROWS
}

/** Returns the baseline as the result, with the reason. */
export async function fallBack(request: AutomlRequest, metric: string, budget: Budget): Promise<AutomlResult> {
  const { data } = request.table
  const trainer = getTrainer('baseline')
  const { recipe, train } = prepareAll(data, trainer.features, request.seed)
  const { task, classCount } = data
  const model = await budget.within(budget.total, (signal, now) =>
    trainer.fit({
      ...train,
      task,
      classCount,
      parameters: {},
      seed: deriveSeed(request.seed, 'fit'),
      threads: 1,
      report: () => {},
      signal,
      now,
    }),
  )
  const what = task === 'regression' ? 'the average' : 'the class shares'
  return {
    recipe,
    model,
    metric,
    outOfFold: { positions: new Int32Array(0), truth: new Float64Array(0), predicted: new Float64Array(0) },
    leaderboard: [],
    summary: [
      `${data.rows.length} rows are too few to compare models: the result always predicts ${what}. Add rows, or train one model and judge it with care.`,
    ],
    trials: 0,
    elapsedMs: budget.elapsed(),
  }
}
