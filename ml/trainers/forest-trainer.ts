import { growForest } from '../trees/forest.ts'
import { type TreeModelConfig, treeTensors } from '../trees/model.ts'
import { resolveParameters } from './parameters.ts'
import type { ParameterDescriptor, Setting, Trainer } from './types.ts'

const PARAMETERS: ParameterDescriptor[] = [
  {
    name: 'trees',
    label: 'Trees',
    help: 'More trees never hurt accuracy, but make the model slower and larger.',
    kind: 'integer',
    default: 200,
    min: 1,
    max: 5000,
    scale: 'log',
  },
  {
    name: 'minChildSamples',
    label: 'Minimum rows per leaf',
    help: 'More make smaller trees that follow the data less closely.',
    kind: 'integer',
    default: 5,
    min: 1,
    max: 10_000,
    scale: 'log',
    search: { low: 1, high: 30 },
  },
  {
    name: 'maxDepth',
    label: 'Depth',
    help: 'Tests between the root and a leaf at most. 0: no limit.',
    kind: 'integer',
    default: 0,
    min: 0,
    max: 1000,
    special: [{ value: 0, label: 'unlimited' }],
  },
  {
    name: 'columnSample',
    label: 'Share of columns at a split',
    help: 'Columns sampled for each split. 0: the square root of their number for classes; for numbers a third, in extra trees all.',
    kind: 'number',
    default: 0,
    min: 0,
    max: 1,
    search: { low: 0.15, high: 1 },
    special: [{ value: 0, label: 'auto' }],
  },
]

const ROW_SAMPLE: ParameterDescriptor = {
  name: 'rowSample',
  label: 'Share of rows',
  help: 'Rows drawn for each tree, with replacement.',
  kind: 'number',
  default: 1,
  min: 0.01,
  max: 1,
  search: { low: 0.4, high: 1 },
}

/** Random forest and extra trees: the same trees with different randomization. */
export function createForestTrainer(kind: {
  id: 'random-forest' | 'extra-trees'
  label: string
  summary: string
  /** Extra trees use all rows and random cuts. */
  random: boolean
}): Trainer {
  const parameters = kind.random ? PARAMETERS : [...PARAMETERS, ROW_SAMPLE]
  return {
    id: kind.id,
    label: kind.label,
    summary: kind.summary,
    tasks: ['regression', 'binary', 'multiclass'],
    features: 'native',
    parameters,
    defaultSettings: (): Setting[] => [
      { name: 'Balanced', parameters: {} },
      { name: 'Small trees', parameters: { minChildSamples: 15, columnSample: 0.5 } },
      { name: 'Deep trees', parameters: { minChildSamples: 2 } },
    ],
    fit: async context => {
      context.signal.throwIfAborted()
      const given = resolveParameters(parameters, context.parameters)
      const number = (name: string) => given[name] as number
      const { x, task, classCount } = context
      const share = number('columnSample')
      const usual = task !== 'regression' ? Math.sqrt(x.cols) : kind.random ? x.cols : Math.ceil(x.cols / 3)
      const trees = await growForest(context, {
        trees: number('trees'),
        bootstrap: kind.random ? false : number('rowSample'),
        tries: Math.max(1, Math.round(share > 0 ? share * x.cols : usual)),
        minRows: number('minChildSamples'),
        maxDepth: number('maxDepth') || 100_000,
        random: kind.random,
      })
      const config: TreeModelConfig = {
        link: 'average',
        leafWidth: trees.leafWidth,
        base: new Array<number>(trees.leafWidth).fill(0),
        levels: [...(x.levels ?? new Array<number>(x.cols).fill(0))],
      }
      return { trainer: kind.id, task, classCount, cols: x.cols, tensors: treeTensors(trees), config }
    },
  }
}
