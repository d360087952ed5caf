import { resolveParameters } from './parameters.ts'
import { weightedMedian, weightSum } from './statistics.ts'
import { takeTensor } from './tensors.ts'
import { type FitContext, type Model, type Predictor, predictByRow, type Trainer } from './types.ts'

/** Predicts the same for every row: the mean or median target, or the class shares. The lower bound for every model. */
export const baseline: Trainer = {
  id: 'baseline',
  label: 'Baseline',
  summary: 'Always predicts the average target, or the class shares. What every other model must beat.',
  tasks: ['regression', 'binary', 'multiclass'],
  features: 'numeric',
  parameters: [
    {
      name: 'strategy',
      label: 'Strategy',
      help: 'Mean minimizes squared error, median absolute error. Only for regression.',
      kind: 'choice',
      default: 'mean',
      options: [
        { value: 'mean', label: 'Mean' },
        { value: 'median', label: 'Median' },
      ],
      applies: { tasks: ['regression'] },
    },
  ],
  defaultSettings: task =>
    task === 'regression'
      ? [
          { name: 'Mean', parameters: { strategy: 'mean' } },
          { name: 'Median', parameters: { strategy: 'median' } },
        ]
      : [{ name: 'Class shares', parameters: {} }],
  fit: async (context: FitContext): Promise<Model> => {
    context.signal.throwIfAborted()
    const { strategy } = resolveParameters(baseline.parameters, context.parameters)
    const { y, weights, task, classCount } = context
    const total = weightSum(y.length, weights)
    const values = new Float64Array(task === 'regression' ? 1 : classCount)
    if (task !== 'regression') {
      for (let i = 0; i < y.length; i++) values[y[i]!]! += weights?.[i] ?? 1
      for (let k = 0; k < classCount; k++) values[k]! /= total
    } else if (strategy === 'median') values[0] = weightedMedian(y, weights)
    else for (let i = 0; i < y.length; i++) values[0]! += (y[i]! * (weights?.[i] ?? 1)) / total
    context.report(1, {})
    return {
      trainer: 'baseline',
      task,
      classCount,
      cols: context.x.cols,
      tensors: { values: { dtype: 'F64', shape: [values.length], data: values } },
      config: { strategy },
    }
  },
}

export function baselinePredictor(model: Model): Predictor {
  const values = Float64Array.from(takeTensor(model, 'values', [model.classCount || 1]))
  const predictRow = (_x: ArrayLike<number>, _offset: number, out: Float64Array) => out.set(values)
  return { predictRow, predict: matrix => predictByRow(matrix, values.length, predictRow) }
}
