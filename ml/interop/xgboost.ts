import { EngineError } from '../errors.ts'
import type { Model, Task } from '../trainers/types.ts'
import type { Link } from '../trees/model.ts'
import { collectTrees } from './foreign-trees.ts'
import { parseLooseJson } from './loose-json.ts'
import { addXGBoostTree } from './xgboost-tree.ts'

const refuse = (what: string) =>
  new EngineError(
    'xgboost',
    `This XGBoost model cannot be used: ${what}.`,
    'Save it with Booster.save_model("model.json").',
  )

/**
 * Reads a model from XGBoost's JSON format (1.6 to 3.x). Its predictions equal those of Booster.predict with all trees; cells are compared
 * as
 * float32, as in XGBoost. XGBoost sums scores in float32, this in float64: the two agree to about six digits.
 * @returns the model (trainer `xgboost`) and the names of its features, in order; f0, f1 … when it has none.
 * @throws EngineError `xgboost` for text that is not such a model, and for unsupported features: dart, linear boosters, ranking, survival,
 * several targets, custom objectives.
 */
export function readXGBoost(text: string): { model: Model; names: string[] } {
  const learner = object(
    object(
      parseLooseJson(text, () => refuse('its text is no JSON')),
      'the file',
    ).learner,
    'learner',
  )
  const booster = object(learner.gradient_booster, 'gradient_booster')
  if (booster.name === 'dart') throw refuse('it was boosted with dropout (dart)')
  if (booster.name !== 'gbtree') throw refuse(`its booster is “${String(booster.name).slice(0, 40)}”, not gbtree`)
  const about = object(learner.learner_model_param, 'learner_model_param')
  const cols = whole(about.num_feature, 'num_feature', 1e7)
  if (about.num_target !== undefined && Number(about.num_target) > 1) throw refuse('it has several targets')
  const { task, link, toScore } = readObjective(learner.objective)
  const classes = task === 'multiclass' ? whole(about.num_class, 'num_class', 10_000) : task === 'binary' ? 2 : 0
  if (task === 'multiclass' && classes < 2) throw refuse('its number of classes is no sensible one')
  const scores = task === 'multiclass' ? classes : 1
  const base = readBase(about.base_score, scores).map(toScore)
  if (!base.every(Number.isFinite)) throw refuse('its base score lies outside of what its objective allows')

  const body = object(booster.model, 'model')
  const trees = list(body.trees, 'trees')
  const groups = list(body.tree_info, 'tree_info').map(group => whole(group, 'tree_info', scores - 1))
  if (groups.length !== trees.length) throw refuse('classes and trees do not fit together')
  const collector = collectTrees(refuse)
  const levels = Array.from({ length: cols }, () => 0)
  // Tree t belongs to class t mod classes; a class without further trees adds nothing.
  const byClass = Array.from({ length: scores }, (_, k) => trees.filter((_tree, t) => groups[t] === k))
  const rounds = Math.max(0, ...byClass.map(own => own.length))
  for (let round = 0; round < rounds; round++) {
    for (const own of byClass) {
      if (round < own.length) addXGBoostTree(collector, object(own[round], 'a tree'), levels, refuse)
      else {
        collector.startTree()
        collector.leaf(0, 1)
      }
    }
  }
  const from = `XGBoost, ${String(object(learner.objective, 'objective').name)}`
  const names = Array.isArray(learner.feature_names) ? learner.feature_names.map(String) : []
  if (names.length > 0 && names.length !== cols) throw refuse(`it names ${names.length} features and has ${cols}`)
  return {
    model: collector.finish({ trainer: 'xgboost', task, classCount: classes, levels, link, base, from }),
    names: names.length > 0 ? names : levels.map((_, c) => `f${c}`),
  }

  function object(value: unknown, name: string): Record<string, unknown> {
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>
    throw refuse(`“${name}” is missing`)
  }

  function list(value: unknown, name: string): unknown[] {
    if (Array.isArray(value)) return value
    throw refuse(`“${name}” is missing`)
  }

  function whole(value: unknown, name: string, highest: number): number {
    const number = Number(value)
    if (Number.isInteger(number) && number >= 0 && number <= highest) return number
    throw refuse(`“${name}” is no sensible number`)
  }

  /** One number, or since version 3.1 a list of them, as text. */
  function readBase(value: unknown, length: number): number[] {
    const words = String(value ?? 'missing')
      .replace(/^\[(.*)\]$/, '$1')
      .split(',')
    const values = words.map(Number)
    if (values.some(Number.isNaN) || (values.length !== 1 && values.length !== length)) {
      throw refuse('its base score is no number')
    }
    return Array.from({ length }, (_, k) => values[values.length === 1 ? 0 : k]!)
  }

  function readObjective(value: unknown): { task: Task; link: Link; toScore(base: number): number } {
    const name = String(object(value, 'objective').name)
    const same = (score: number) => score
    switch (name) {
      case 'reg:squarederror':
      case 'reg:linear':
      case 'reg:squaredlogerror':
      case 'reg:pseudohubererror':
      case 'reg:absoluteerror':
      case 'reg:quantileerror':
        return { task: 'regression', link: 'identity', toScore: same }
      case 'count:poisson':
      case 'reg:gamma':
      case 'reg:tweedie':
        return { task: 'regression', link: 'exp', toScore: Math.log }
      case 'binary:logistic':
        return { task: 'binary', link: 'logistic', toScore: p => Math.log(p / (1 - p)) }
      case 'multi:softprob':
      case 'multi:softmax':
        return { task: 'multiclass', link: 'softmax', toScore: same }
      default:
        throw refuse(`its objective “${name.slice(0, 40)}” is not supported`)
    }
  }
}
