import assert from 'node:assert/strict'
import { it } from 'node:test'
import type { TaskContext } from '#server/platform/tasks/define-task.ts'
import type { MetricPoint } from '#server/training/service.ts'
import { createReporter } from './report-training.ts'
import type { TrainInput } from './train-input.ts'

function pointsOf(input: Pick<TrainInput, 'parameters' | 'trainer' | 'task'>): Record<string, number> {
  const points: MetricPoint[] = []
  const context = { emit: (some: MetricPoint[]) => points.push(...some), progress: () => {}, line: () => {} }
  const reporter = createReporter(input, context as unknown as TaskContext<MetricPoint[]>)
  reporter.report(1, { loss: 25, validation_loss: 36 })
  reporter.flush()
  return Object.fromEntries(points.map(p => [p.key, p.value]))
}

it('boosting with squared error also reports the root of its loss, in the unit of the target', () => {
  const squared = { loss: 25, validation_loss: 36, rmse: 5, validation_rmse: 6 }
  assert.deepEqual(pointsOf({ trainer: 'gbdt', task: 'regression', parameters: {} }), squared)
  const others: Parameters<typeof pointsOf>[0][] = [
    { trainer: 'gbdt', task: 'regression', parameters: { objective: 'absolute' } },
    { trainer: 'gbdt', task: 'binary', parameters: {} },
    { trainer: 'linear', task: 'regression', parameters: {} },
  ]
  for (const other of others) assert.deepEqual(pointsOf(other), { loss: 25, validation_loss: 36 })
})
