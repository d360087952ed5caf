import { type Confusion, confusionOf, hits, predictedClasses, ratio } from './confusion.ts'
import { areaUnderRoc, averagePrecision, rankingMean } from './ranking.ts'
import { type Metric, type Scored, totalWeight } from './types.ts'

const precisionOf = (c: Confusion, k: number) => ratio(hits(c, k), c.predicted[k]!)
const recallOf = (c: Confusion, k: number) => ratio(hits(c, k), c.actual[k]!)
const f1Of = (c: Confusion, k: number) => ratio(2 * hits(c, k), c.actual[k]! + c.predicted[k]!)

/** Mean over the classes that occur in truth or prediction. */
function macro(c: Confusion, measure: (c: Confusion, k: number) => number): number {
  let [sum, count] = [0, 0]
  for (let k = 0; k < c.classCount; k++) {
    if (c.actual[k] === 0 && c.predicted[k] === 0) continue
    sum += measure(c, k)
    count++
  }
  return sum / count
}

/** Mean over classes by how often they are true. */
function byRows(c: Confusion, measure: (c: Confusion, k: number) => number): number {
  let sum = 0
  for (let k = 0; k < c.classCount; k++) sum += measure(c, k) * c.actual[k]!
  return sum / c.total
}

const binaryOrMacro = (measure: (c: Confusion, k: number) => number) => (scored: Scored) => {
  const c = confusionOf(scored)
  return scored.task === 'binary' ? measure(c, 1) : macro(c, measure)
}

function trace(c: Confusion): number {
  let sum = 0
  for (let k = 0; k < c.classCount; k++) sum += hits(c, k)
  return sum
}

function accuracy(scored: Scored): number {
  const c = confusionOf(scored)
  return trace(c) / c.total
}

function balancedAccuracy(scored: Scored): number {
  const c = confusionOf(scored)
  let [sum, count] = [0, 0]
  for (let k = 0; k < c.classCount; k++) {
    if (c.actual[k] === 0) continue
    sum += recallOf(c, k)
    count++
  }
  return sum / count
}

/** Multiclass correlation (Gorodkin 2004); 0 when truth or prediction is constant. */
function matthews(scored: Scored): number {
  const c = confusionOf(scored)
  const n = c.total
  let [cross, actual, predicted] = [0, 0, 0]
  for (let k = 0; k < c.classCount; k++) {
    cross += c.actual[k]! * c.predicted[k]!
    // Σ aₖ(n − aₖ) = n² − Σ aₖ², exactly 0 for a constant even where weights do not add up exactly.
    actual += c.actual[k]! * (n - c.actual[k]!)
    predicted += c.predicted[k]! * (n - c.predicted[k]!)
  }
  return actual === 0 || predicted === 0 ? 0 : (trace(c) * n - cross) / Math.sqrt(actual * predicted)
}

/** Agreement beyond chance (Cohen 1960); 0 when both are the same constant, where chance alone agrees. */
function cohenKappa(scored: Scored): number {
  const c = confusionOf(scored)
  const n = c.total
  let chance = 0
  for (let k = 0; k < c.classCount; k++) chance += (c.actual[k]! * c.predicted[k]!) / n / n
  return chance === 1 ? 0 : (trace(c) / n - chance) / (1 - chance)
}

/** Probabilities are kept one rounding unit from 0 and 1, as scikit-learn does. */
function logLoss(scored: Scored): number {
  const { truth, predicted, classCount, weights } = scored
  let sum = 0
  for (let i = 0; i < truth.length; i++) {
    const p = predicted[i * classCount + truth[i]!]!
    sum -= (weights ? weights[i]! : 1) * Math.log(Math.min(1 - Number.EPSILON, Math.max(Number.EPSILON, p)))
  }
  return sum / totalWeight(scored)
}

/** Binary: mean (p₁ − y)². Several classes: mean Σ (pₖ − yₖ)², up to 2. */
function brier(scored: Scored): number {
  const { task, truth, predicted, classCount, weights } = scored
  let sum = 0
  for (let i = 0; i < truth.length; i++) {
    let row = 0
    for (let k = 0; k < classCount; k++) row += (predicted[i * classCount + k]! - (truth[i] === k ? 1 : 0)) ** 2
    sum += weights ? weights[i]! * row : row
  }
  return sum / totalWeight(scored) / (task === 'binary' ? 2 : 1)
}

/** Expected calibration error of the predicted class (Guo et al. 2017): 10 equal-width bins of confidence. */
function calibrationError(scored: Scored): number {
  const bins = 10
  const confidence = new Float64Array(bins)
  const correct = new Float64Array(bins)
  const classes = predictedClasses(scored)
  for (let i = 0; i < classes.length; i++) {
    const p = scored.predicted[i * scored.classCount + classes[i]!]!
    const bin = Math.min(bins - 1, Math.floor(p * bins))
    const weight = scored.weights ? scored.weights[i]! : 1
    confidence[bin]! += weight * p
    if (scored.truth[i] === classes[i]) correct[bin]! += weight
  }
  let sum = 0
  for (let b = 0; b < bins; b++) sum += Math.abs(confidence[b]! - correct[b]!)
  return sum / totalWeight(scored)
}

/**
 * Share of rows whose true class is among the k most probable; NaN when there are no more than k classes, where it is always 1.
 * Of equally probable classes those with the higher code come first, as scikit-learn's top_k_accuracy_score orders them.
 */
const topAccuracy = (most: number) => (scored: Scored) => {
  const { truth, predicted, classCount, weights } = scored
  if (classCount <= most) return Number.NaN
  let sum = 0
  for (let i = 0; i < truth.length; i++) {
    const own = predicted[i * classCount + truth[i]!]!
    let before = 0
    for (let k = 0; k < classCount; k++) {
      const p = predicted[i * classCount + k]!
      if (p > own || (p === own && k > truth[i]!)) before++
    }
    if (before < most) sum += weights ? weights[i]! : 1
  }
  return sum / totalWeight(scored)
}

/** Returns the measure, NaN where the true classes of the rows are fewer than two. */
const ofTwoClasses = (compute: (scored: Scored) => number) => (scored: Scored) =>
  confusionOf(scored).actual.reduce((classes, count) => classes + (count > 0 ? 1 : 0), 0) < 2
    ? Number.NaN
    : compute(scored)

const ONE_CLASS = 'All these rows are of one class; this metric needs at least two.'

const any = { tasks: ['binary', 'multiclass'], direction: 'maximize', range: [0, 1] } satisfies Partial<Metric>

export const classificationMetrics: Metric[] = [
  {
    ...any,
    id: 'accuracy',
    label: 'Accuracy',
    help: 'Share of rows classified correctly.',
    unit: 'share',
    compute: accuracy,
  },
  {
    ...any,
    id: 'balanced_accuracy',
    label: 'Balanced accuracy',
    help: 'Accuracy with every class counting the same.',
    unit: 'share',
    compute: ofTwoClasses(balancedAccuracy),
    undefinedWhen: ONE_CLASS,
    ofClasses: true,
  },
  {
    ...any,
    id: 'f1',
    label: 'F1',
    help: 'Balance of precision and recall for the positive class.',
    tasks: ['binary'],
    unit: 'none',
    compute: ofTwoClasses(scored => f1Of(confusionOf(scored), 1)),
    undefinedWhen: ONE_CLASS,
    ofClasses: true,
  },
  {
    ...any,
    id: 'f1_macro',
    label: 'F1 (macro)',
    help: 'F1 averaged over classes, every class counting the same.',
    unit: 'none',
    compute: ofTwoClasses(scored => macro(confusionOf(scored), f1Of)),
    undefinedWhen: ONE_CLASS,
    ofClasses: true,
  },
  {
    ...any,
    id: 'f1_weighted',
    label: 'F1 (weighted)',
    help: 'F1 averaged over classes by their number of rows.',
    unit: 'none',
    compute: ofTwoClasses(scored => byRows(confusionOf(scored), f1Of)),
    undefinedWhen: ONE_CLASS,
    ofClasses: true,
  },
  {
    ...any,
    id: 'precision',
    label: 'Precision',
    help: 'Of the rows predicted positive, the share that is; averaged over classes when there are several.',
    unit: 'share',
    compute: ofTwoClasses(binaryOrMacro(precisionOf)),
    undefinedWhen: ONE_CLASS,
    ofClasses: true,
  },
  {
    ...any,
    id: 'precision_weighted',
    label: 'Precision (weighted)',
    help: 'Precision averaged over classes by their number of rows; recall averaged so is the accuracy.',
    tasks: ['multiclass'],
    unit: 'share',
    compute: ofTwoClasses(scored => byRows(confusionOf(scored), precisionOf)),
    undefinedWhen: ONE_CLASS,
    ofClasses: true,
  },
  {
    ...any,
    id: 'recall',
    label: 'Recall',
    help: 'Of the positive rows, the share found; averaged over classes when there are several.',
    unit: 'share',
    compute: ofTwoClasses(binaryOrMacro(recallOf)),
    undefinedWhen: ONE_CLASS,
    ofClasses: true,
  },
  {
    ...any,
    id: 'roc_auc',
    label: 'ROC AUC',
    help: 'Chance that a positive row ranks above a negative one; 0.5 is chance.',
    unit: 'none',
    compute: scored => rankingMean(scored, areaUnderRoc, 'macro'),
    undefinedWhen: ONE_CLASS,
    ofClasses: true,
  },
  {
    ...any,
    id: 'roc_auc_weighted',
    label: 'ROC AUC (weighted)',
    help: 'ROC AUC of each class against the rest, averaged by their number of rows.',
    tasks: ['multiclass'],
    unit: 'none',
    compute: scored => rankingMean(scored, areaUnderRoc, 'weighted'),
    undefinedWhen: ONE_CLASS,
    ofClasses: true,
  },
  {
    ...any,
    id: 'pr_auc',
    label: 'PR AUC',
    help: 'Average precision over all thresholds; suits rare positives.',
    unit: 'none',
    compute: ofTwoClasses(scored => rankingMean(scored, averagePrecision, 'macro')),
    undefinedWhen: ONE_CLASS,
    ofClasses: true,
  },
  {
    ...any,
    id: 'log_loss',
    label: 'Log loss',
    help: 'Penalty for confident wrong probabilities.',
    direction: 'minimize',
    range: [0, null],
    unit: 'none',
    compute: logLoss,
  },
  {
    ...any,
    id: 'brier',
    label: 'Brier score',
    help: 'Mean squared error of the probabilities.',
    direction: 'minimize',
    range: [0, 2],
    unit: 'none',
    compute: brier,
  },
  {
    ...any,
    id: 'ece',
    label: 'Calibration error',
    help: 'How far confidence lies from the share of correct predictions.',
    direction: 'minimize',
    unit: 'share',
    compute: calibrationError,
  },
  {
    ...any,
    id: 'mcc',
    label: 'MCC',
    help: 'Correlation of truth and prediction; fair with unequal classes.',
    range: [-1, 1],
    unit: 'none',
    compute: ofTwoClasses(matthews),
    undefinedWhen: ONE_CLASS,
    ofClasses: true,
  },
  {
    ...any,
    id: 'kappa',
    label: 'Cohen’s kappa',
    help: 'Agreement beyond chance.',
    range: [-1, 1],
    unit: 'none',
    compute: ofTwoClasses(cohenKappa),
    undefinedWhen: ONE_CLASS,
    ofClasses: true,
  },
  ...[2, 5].map(
    (most): Metric => ({
      ...any,
      id: `top_${most}_accuracy`,
      label: `Top-${most} accuracy`,
      help: `Share of rows whose true class is among the ${most} most probable ones.`,
      tasks: ['multiclass'],
      unit: 'share',
      compute: topAccuracy(most),
      undefinedWhen: `With ${most} classes or fewer it is always 100 %.`,
    }),
  ),
]
