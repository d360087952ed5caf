import type { LaunchOptions } from '#server/training/contract.ts'
import { formatCount } from '../ui/format.ts'
import { metricLabel } from './labels.ts'

/** Returns the number of presets of the chosen trainers: the runs of a plan without a limit. */
export const suggestedRuns = (options: LaunchOptions, trainers: readonly string[]): number =>
  options.trainers.filter(t => trainers.length === 0 || trainers.includes(t.id)).reduce((sum, t) => sum + t.settings, 0)

export interface Leak {
  /** `casual + registered = cnt` */
  evidence: string
  columns: string[]
}

const isSum = (evidence: string) => evidence.includes(' + ')

/** Returns the columns that leak the target, grouped by evidence. */
export function leaksOf(options: LaunchOptions, ignored: readonly string[]): Leak[] {
  const leaks = new Map<string, Leak>()
  for (const { name, used, warning } of options.columns) {
    if (!warning || !used || ignored.includes(name)) continue
    // Two copies of the target are two leaks with the same evidence; only a sum is one leak of several columns.
    const key = isSum(warning) ? warning : `${name} ${warning}`
    leaks.set(key, { evidence: warning, columns: [...(leaks.get(key)?.columns ?? []), name] })
  }
  // A sum without one of its parts no longer leaks the target.
  return [...leaks.values()].filter(({ evidence, columns }) => {
    const all = options.columns.filter(c => c.used && c.warning === evidence)
    return !isSum(evidence) || all.length === columns.length
  })
}

/** `casual + registered = cnt: with these columns …` */
export const describeLeak = ({ evidence, columns }: Leak): string =>
  columns.length === 1
    ? `“${columns[0]}” ${evidence}. A model would copy it and fail when it is not available.`
    : `${evidence}. A model would add them up and fail when they are not available.`

const formatMinutes = (minutes: number) => (minutes === 1 ? '1 minute' : `${minutes} minutes`)

/** Describes what Start does. */
export function describePlan(
  options: LaunchOptions,
  plan: {
    target: string
    trainers: string[]
    trials: number | null
    minutes: number | null
    byAutoml?: boolean
    metric: string
    ignored: string[]
  },
): string {
  const runs = plan.trials ?? suggestedRuns(options, plan.trainers)
  const chosen = options.trainers.filter(t => plan.trainers.length === 0 || plan.trainers.includes(t.id))
  const features = options.columns.filter(c => c.used && !plan.ignored.includes(c.name)).length
  const goal = `predict ${plan.target} from ${formatCount(features, 'feature')} of ${options.dataset} v${options.version}`
  const metric = metricLabel(plan.metric)
  if (plan.byAutoml)
    return `Searches trainers and hyperparameters for ${formatMinutes(plan.minutes ?? 1)} to ${goal}, cross-validated on the training rows, and ensembles the best models. One run, evaluated by ${metric} on the holdout.`
  const within = plan.minutes === null ? '' : ` No run starts after ${formatCount(plan.minutes, 'minute')}.`
  return `Trains ${formatCount(runs, 'model')} with ${formatCount(chosen.length, 'trainer')} to ${goal}, ranked by ${metric}.${within}`
}
