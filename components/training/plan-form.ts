import { z } from 'zod'
import {
  CALIBRATIONS,
  CLASS_WEIGHTS,
  type LaunchOptions,
  launchInput,
  SPLITS,
  THRESHOLDS,
} from '#server/training/contract.ts'
import { formatCount, formatShare } from '../ui/format.ts'
import type { Hints } from '../ui/schema-form/read-fields.ts'
import { suggestedRuns } from './describe-plan.ts'
import { directionLabel } from './labels.ts'

export const AUTOML = 'automl'
/** Enough for most tables of up to 100,000 rows. */
export const AUTOML_MINUTES = 5

const SPLIT_LABELS = {
  random: 'Random holdout',
  stratified: 'Stratified random holdout',
  time: 'Time-based: the latest rows are held out',
  group: 'Grouped: whole groups are held out',
}
const cost = z.number().min(0).max(1e12)
const { trials, minutes, name, recipe, seed } = launchInput.shape
const classifier = { showIf: { field: 'task', is: ['binary', 'multiclass'] } }
const byCost = { showIf: { field: 'threshold', is: ['cost'] } }

/** Everything that a launch can choose once dataset and target are known. */
export const planSchema = z.object({
  task: z.enum(['regression', 'binary', 'multiclass']).meta({ hidden: true }),
  metric: z.string().meta({ title: 'Metric' }),
  positive: z
    .string()
    .optional()
    .meta({
      title: 'Positive class',
      description: 'Precision, recall, F1, PR AUC, gain and the threshold are about this class.',
      showIf: { field: 'task', is: ['binary'] },
    }),
  mode: z.enum(['runs', AUTOML]).default('runs').meta({ title: 'Strategy', input: 'segmented' }),
  trials: trials.meta({ title: 'Runs', showIf: { field: 'mode', is: ['runs'] } }),
  minutes: minutes.meta({ title: 'Minutes' }),
  trainers: z
    .array(z.string())
    .default([])
    .meta({ title: 'Trainers', placeholder: 'All', showIf: { field: 'mode', is: ['runs'] } }),
  split: z.enum(SPLITS).optional().meta({ title: 'Validation split', labels: SPLIT_LABELS }),
  ignore: z.array(z.string()).default([]).meta({
    title: 'Ignored columns',
    placeholder: 'None',
    description: 'Excluded from all features.',
    input: 'columns',
  }),
  recipe: recipe.meta({
    title: 'Recipe',
    placeholder: 'Default preprocessing',
    description: 'Its steps run first; default preprocessing covers the remaining columns.',
  }),
  classWeights: z
    .enum(CLASS_WEIGHTS)
    .default('none')
    .meta({
      title: 'Class weights',
      labels: { none: 'None', balanced: 'Balanced' },
      description: 'Balanced weights raise recall of a rare class and add false positives.',
      ...classifier,
    }),
  calibration: z
    .enum(CALIBRATIONS)
    .default('none')
    .meta({
      title: 'Calibration',
      labels: { none: 'None', platt: 'Sigmoid (Platt)', isotonic: 'Isotonic, for many rows' },
      description: 'With calibrated probabilities, 80 % of rows predicted at 0.8 belong to the class.',
      ...classifier,
    }),
  threshold: z
    .enum(['half', ...THRESHOLDS, 'cost'])
    .default('half')
    .meta({
      title: 'Decision threshold',
      labels: {
        half: '0.5',
        f1: 'Maximize F1',
        balanced_accuracy: 'Maximize balanced accuracy',
        youden: 'Maximize Youden’s J',
        cost: 'Minimize cost',
      },
      description: 'Chosen on out-of-fold predictions of the training rows.',
      showIf: { field: 'task', is: ['binary'] },
    }),
  falseAlarm: cost.default(1).meta({ title: 'Cost of a false positive', ...byCost }),
  miss: cost.default(5).meta({ title: 'Cost of a false negative', ...byCost }),
  seed: seed.meta({ title: 'Seed', description: 'The same seed and data give the same runs.' }),
  name: name.meta({
    title: 'Name',
    placeholder: 'Made from dataset and target',
    description: 'Runs are added to an existing experiment with the same data, target and task.',
  }),
})
export type Plan = z.infer<typeof planSchema>

/** Returns the plan that the inputs describe so far; blank ones have their defaults. */
export function planFrom(clean: Record<string, unknown>): Plan {
  const plan: unknown = { ...DEFAULTS, ...clean }
  return plan as Plan
}
const DEFAULTS = { ignore: [], trainers: [], classWeights: 'none', calibration: 'none', threshold: 'half', seed: 0 }

/** Inputs of the numbered steps; the others are advanced. */
export const METRIC_FIELDS = ['metric', 'positive']
export const BUDGET_FIELDS = ['mode', 'trials', 'minutes']

/** Labels and options that follow from dataset and target. */
export function planHints(
  options: LaunchOptions,
  plan: { trainers: string[]; mode: string },
  recipes: { recipe: string; version: number }[],
): Hints {
  const splits = SPLITS.filter(
    split =>
      split === options.split ||
      split === 'random' ||
      (split === 'stratified' && options.task !== 'regression') ||
      options.columns.some(column => column.role === split),
  )
  const automl = plan.mode === AUTOML
  const labelOf = ({ label, direction, default: usual }: LaunchOptions['metrics'][number]) =>
    `${label}, ${directionLabel(direction)}${usual ? ' (default)' : ''}`
  return {
    metric: {
      enum: options.metrics.map(metric => metric.id),
      labels: Object.fromEntries(options.metrics.map(metric => [metric.id, labelOf(metric)])),
    },
    positive: {
      enum: options.classes.map(({ name }) => name),
      labels: Object.fromEntries(options.classes.map(c => [c.name, classLabel(options, c)])),
    },
    mode: { labels: { runs: 'Presets', [AUTOML]: options.automl.label } },
    trials: { placeholder: `${suggestedRuns(options, plan.trainers)} presets` },
    minutes: automl
      ? { placeholder: String(AUTOML_MINUTES), minimum: 0.1, maximum: 240, description: 'Time budget.' }
      : { placeholder: 'No limit', minimum: 1, description: 'No run starts later.' },
    trainers: {
      items: { enum: options.trainers.map(trainer => trainer.id) },
      labels: Object.fromEntries(
        options.trainers.map(t => [t.id, `${t.label} · ${formatCount(t.settings, 'preset')}`]),
      ),
    },
    split: { enum: splits, placeholder: SPLIT_LABELS[options.split], description: options.splitReason },
    recipe: {
      enum: recipes.map(recipe => recipe.recipe),
      labels: Object.fromEntries(recipes.map(({ recipe, version }) => [recipe, `${recipe} · v${version}`])),
    },
  }
}

/** `bad · 4 % of 1,000 rows (default)` */
function classLabel({ classes, positive }: LaunchOptions, { name, label, rows }: LaunchOptions['classes'][number]) {
  const all = classes.reduce((sum, c) => sum + c.rows, 0)
  return `${label} · ${formatShare(rows / all)} of ${formatCount(all, 'row')}${name === positive ? ' (default: the rarer)' : ''}`
}

/** Returns the request of a plan. `usual` is the server's default of the positive class. */
export function launchOf(
  plan: Plan,
  data: { data: string; target: string },
  usual: string | null = null,
): z.input<typeof launchInput> {
  const { mode, trainers, classWeights, calibration, threshold, falseAlarm, miss, trials, minutes, positive, ...rest } =
    plan
  const automl = mode === AUTOML
  const chosen = threshold === 'cost' ? { falseAlarm, miss } : threshold === 'half' ? undefined : threshold
  return {
    ...rest,
    ...data,
    // An experiment that exists keeps its class unless another one is chosen.
    positive: plan.task === 'binary' && positive !== usual ? positive : undefined,
    trials: automl ? undefined : trials,
    minutes: minutes ?? (automl ? AUTOML_MINUTES : undefined),
    trainers: automl ? [AUTOML] : trainers.length > 0 ? trainers : undefined,
    classWeights: classWeights === 'balanced' ? classWeights : undefined,
    calibration: calibration === 'none' ? undefined : calibration,
    threshold: plan.task === 'binary' ? chosen : undefined,
  }
}

/** What differs from the defaults, shown while Advanced is collapsed. */
export function advancedSummary(options: LaunchOptions, plan: Plan): string {
  const parts = [
    plan.mode === AUTOML ? null : plan.trainers.length > 0 ? plan.trainers.join(', ') : 'all trainers',
    `${plan.split ?? options.split} split`,
    plan.ignore.length > 0 ? `without ${plan.ignore.join(', ')}` : null,
    plan.recipe ? `recipe ${plan.recipe}` : null,
    plan.classWeights === 'balanced' ? 'balanced class weights' : null,
    plan.calibration === 'none' ? null : `${plan.calibration} calibration`,
    plan.threshold === 'half' ? null : 'custom threshold',
    plan.seed === 0 ? null : `seed ${plan.seed}`,
    plan.name ? `name ${plan.name}` : null,
  ]
  return parts.filter(part => part !== null).join(' · ')
}
