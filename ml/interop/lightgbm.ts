import type { Model, Task } from '../trainers/types.ts'
import type { Link } from '../trees/model.ts'
import { collectTrees } from './foreign-trees.ts'
import { type Fields, need, readSections, refuse, wholeNumber } from './lightgbm-fields.ts'
import { addLightGBMTree } from './lightgbm-tree.ts'

type Objective = { task: Task; link: Link; classes: number; factor: number }

/**
 * Reads a model from LightGBM's text format (version v2 to v4, as written by Booster.save_model and model_to_string). Its predictions equal
 * those of Booster.predict; categories are the codes it was trained on, and a missing or negative one goes right as in LightGBM.
 * @returns the model (trainer `lightgbm`) and the names of its features, in order.
 * @throws EngineError `lightgbm` for text that is not such a model, and for unsupported features: linear trees, ranking, one-vs-all
 * classes, custom objectives.
 */
export function readLightGBM(text: string): { model: Model; names: string[] } {
  const sections = readSections(text)
  const header = sections[0]!
  const cols = wholeNumber(header, 'max_feature_idx') + 1
  const names = need(header, 'feature_names').split(' ')
  if (names.length !== cols) throw refuse(`it names ${names.length} features and has ${cols}`)
  const objective = readObjective(header)
  const { task, link, classes } = objective
  const scores = task === 'multiclass' ? classes : 1
  if (wholeNumber(header, 'num_tree_per_iteration') !== scores) throw refuse('classes and trees do not fit together')
  const trees = sections.slice(1)
  if (trees.length % scores !== 0) throw refuse('classes and trees do not fit together')
  // A random forest predicts the mean of its trees.
  const scale = objective.factor / (header.has('average_output') ? Math.max(1, trees.length / scores) : 1)
  const levels = readLevels(header, cols)
  const collector = collectTrees(refuse)
  for (const tree of trees) addLightGBMTree(collector, tree, cols, scale)
  const base = Array.from({ length: scores }, () => 0)
  const classCount = task === 'regression' ? 0 : classes
  const from = `LightGBM, ${header.get('objective')}`
  return { model: collector.finish({ trainer: 'lightgbm', task, classCount, levels, link, base, from }), names }
}

function readObjective(header: Fields): Objective {
  const text = header.get('objective')
  if (text === undefined) throw refuse('it has a custom objective, so the meaning of its scores is unknown')
  const [name, ...options] = text.split(' ')
  const option = (key: string) => {
    const found = options.find(each => each.startsWith(`${key}:`))
    const value = Number(found?.slice(key.length + 1))
    if (!(value > 0)) throw refuse(`the ${key} of its objective is missing`)
    return value
  }
  switch (name) {
    case 'regression':
      if (options.includes('sqrt')) throw refuse('it predicts square roots (reg_sqrt)')
      return { task: 'regression', link: 'identity', classes: 0, factor: 1 }
    case 'regression_l1':
    case 'huber':
    case 'fair':
    case 'quantile':
    case 'mape':
      return { task: 'regression', link: 'identity', classes: 0, factor: 1 }
    case 'poisson':
    case 'gamma':
    case 'tweedie':
      return { task: 'regression', link: 'exp', classes: 0, factor: 1 }
    case 'binary':
      return { task: 'binary', link: 'logistic', classes: 2, factor: option('sigmoid') }
    case 'cross_entropy':
      return { task: 'binary', link: 'logistic', classes: 2, factor: 1 }
    case 'multiclass': {
      const classes = option('num_class')
      if (!Number.isInteger(classes) || classes < 2 || classes > 10_000)
        throw refuse('its number of classes is no sensible one')
      return { task: 'multiclass', link: 'softmax', classes, factor: 1 }
    }
    default:
      throw refuse(`its objective “${name?.slice(0, 40)}” is not supported`)
  }
}

/** By column: how many codes its category has, 0 for a number. */
function readLevels(header: Fields, cols: number): number[] {
  const infos = header.get('feature_infos')?.split(' ') ?? []
  return Array.from({ length: cols }, (_, c) => {
    const info = infos[c] ?? 'none'
    if (info === 'none' || info.startsWith('[')) return 0
    let highest = 0
    for (const code of info.split(':')) highest = Math.max(highest, Number(code))
    if (!Number.isInteger(highest) || highest > 2 ** 31) throw refuse('the categories of a feature are no codes')
    return highest + 1
  })
}
