import { automl } from '#ml/node.ts'
import { systemClock } from '#server/kernel/clock.ts'
import type { TaskContext } from '#server/platform/tasks/define-task.ts'
import type { MetricPoint } from '#server/training/service.ts'
import type { TrainInput } from './train-input.ts'

const FLUSH_MS = 250
/** Progress at the start and the end of the training itself. */
const TRAINING_STARTS = 0.1
export const TRAINING_ENDS = 0.9

const capitalize = (word: string) => word[0]!.toUpperCase() + word.slice(1)

const rootsOf = ({ loss, validation_loss }: Record<string, number>): Record<string, number> => ({
  ...(loss === undefined ? {} : { rmse: Math.sqrt(loss) }),
  ...(validation_loss === undefined ? {} : { validation_rmse: Math.sqrt(validation_loss) }),
})

/** Collects the steps that a trainer reports and sends them a few times a second as points, progress and a log line. */
export function createReporter(
  { parameters, trainer, task }: Pick<TrainInput, 'parameters' | 'trainer' | 'task'>,
  { emit, progress, line }: TaskContext<MetricPoint[]>,
) {
  const total = Number(parameters.epochs ?? parameters.trees ?? 0)
  const unit = parameters.epochs === undefined ? 'tree' : 'epoch'
  // AutoML ends with its time budget, not after a number of steps.
  const budgetMs = trainer === automl.id ? Number(parameters.minutes) * 60_000 : 0
  const startedMs = systemClock.now()
  // The loss of boosting is the mean squared error: its root is in the unit of the target, as the metric of the experiment is.
  const isSquared = trainer === 'gbdt' && task === 'regression' && (parameters.objective ?? 'squared') === 'squared'
  let points: MetricPoint[] = []
  let latest = { step: 0, metrics: {} as Record<string, number> }
  let flushedMs = startedMs

  const flush = () => {
    flushedMs = systemClock.now()
    const { step, metrics } = latest
    if (points.length > 0) emit(points)
    points = []
    if (step === 0) return
    const share = budgetMs > 0 ? (flushedMs - startedMs) / budgetMs : total > 0 ? step / total : 0
    const note = budgetMs > 0 ? `${step} settings tried` : total > 0 ? `${unit} ${step} of ${total}` : `step ${step}`
    progress(TRAINING_STARTS + (TRAINING_ENDS - TRAINING_STARTS) * Math.min(1, share), note)
    const values = Object.entries(metrics).map(([key, value]) => `${key} ${Number(value.toPrecision(5))}`)
    // AutoML writes a line for each setting itself.
    if (values.length > 0 && budgetMs === 0)
      line('info', `${total > 0 ? capitalize(unit) : 'Step'} ${step}: ${values.join(', ')}`)
  }
  return {
    report(step: number, reported: Record<string, number>) {
      const metrics = isSquared ? { ...reported, ...rootsOf(reported) } : reported
      const time = systemClock.now()
      for (const [key, value] of Object.entries(metrics)) points.push({ key, step, time, value })
      latest = { step, metrics }
      if (time - flushedMs >= FLUSH_MS) flush()
    },
    flush,
  }
}
