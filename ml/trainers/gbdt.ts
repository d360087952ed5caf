import { EngineError } from '../errors.ts'
import { levelsOf } from '../matrix.ts'
import { boost } from '../trees/boost.ts'
import { type TreeModelConfig, treeTensors } from '../trees/model.ts'
import { GBDT_PARAMETERS } from './gbdt-parameters.ts'
import { resolveParameters } from './parameters.ts'
import type { FitContext, Parameters, Setting, Trainer } from './types.ts'

/** Gradient boosted decision trees: usually the best predictor for tables. */
export const gbdt: Trainer = {
  id: 'gbdt',
  label: 'Gradient boosting',
  summary: 'Many small decision trees, each correcting the ones before. Usually the best choice for tables.',
  tasks: ['regression', 'binary', 'multiclass'],
  features: 'native',
  parameters: GBDT_PARAMETERS,
  defaultSettings: (_task, { rows }): Setting[] => {
    const small: Parameters = rows < 2000 ? { minChildSamples: Math.max(2, Math.min(20, Math.round(rows / 100))) } : {}
    return [
      { name: 'Balanced', parameters: { trees: 500, learningRate: 0.06, ...small } },
      {
        name: 'Slow and careful',
        parameters: { trees: 1500, learningRate: 0.03, maxLeaves: 15, rowSample: 0.8, columnSample: 0.7, ...small },
      },
      { name: 'Fast', parameters: { trees: 150, learningRate: 0.15, ...small } },
    ]
  },
  fit: async context => {
    context.signal.throwIfAborted()
    const given = resolveParameters(GBDT_PARAMETERS, context.parameters)
    const number = (name: string) => given[name] as number
    const { x, task, classCount } = context
    const monotone = directionsOf(context, given)
    const { trees, objective, bestRound } = await boost(context, {
      rounds: number('trees'),
      learningRate: number('learningRate'),
      maxLeaves: number('maxLeaves'),
      maxDepth: number('maxDepth') || 1_000_000,
      byLevel: given.growth === 'level',
      minRows: number('minChildSamples'),
      minHessian: number('minChildWeight'),
      minGain: number('minGain'),
      l1: number('l1'),
      l2: number('l2'),
      rowShare: number('rowSample'),
      columnShare: number('columnSample'),
      patience: number('earlyStopping'),
      objective: given.objective as string,
      quantile: number('quantile'),
      huberShare: number('huberShare'),
      catSmooth: number('categorySmoothing'),
      catL2: number('categoryL2'),
      catGroup: Math.min(100, Math.round(x.rows / 50)),
      catMax: 32,
      catSingle: 4,
      monotone,
      constrained: monotone.some(direction => direction !== 0),
    })
    const config: TreeModelConfig & { bestIteration: number } = {
      link: objective.link,
      leafWidth: 1,
      base: objective.base,
      levels: [...(x.levels ?? new Array<number>(x.cols).fill(0))],
      bestIteration: bestRound,
    }
    return { trainer: 'gbdt', task, classCount, cols: x.cols, tensors: treeTensors(trees), config }
  },
}

/** By feature: 1 where predictions may only rise with it, −1 where they may only fall. @throws EngineError `parameter` */
function directionsOf({ x, task }: FitContext, given: Parameters): Int8Array {
  const directions = new Int8Array(x.cols)
  for (const [parameter, direction] of [
    ['increasing', 1],
    ['decreasing', -1],
  ] as const) {
    const names = (given[parameter] as string).split(',').map(name => name.trim())
    for (const name of names.filter(Boolean)) {
      const column = x.names.indexOf(name)
      const complaint =
        column < 0
          ? `there is no feature “${name}”`
          : levelsOf(x, column) > 0
            ? `“${name}” is a category, which has no order`
            : directions[column] === -direction
              ? `“${name}” cannot both rise and fall`
              : task === 'multiclass'
                ? 'with more than two classes no direction can be promised'
                : undefined
      if (complaint) {
        const known = `Features: ${x.names.slice(0, 20).join(', ')}${x.cols > 20 ? ' …' : ''}.`
        throw new EngineError('parameter', `Predictions cannot be monotone: ${complaint}.`, known)
      }
      directions[column] = direction
    }
  }
  return directions
}
