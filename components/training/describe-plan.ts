import type { LaunchOptions } from '#server/training/contract.ts'
import { formatCount } from '../ui/format.ts'
import { metricLabel } from './labels.ts'

/** The settings that the chosen trainers suggest: how many runs there are when nobody says a number. */
export const suggestedRuns = (options: LaunchOptions, trainers: readonly string[]): number =>
  options.trainers.filter(t => trainers.length === 0 || trainers.includes(t.id)).reduce((sum, t) => sum + t.settings, 0)

export interface Leak {
  /** `casual + registered = cnt` */
  evidence: string
  columns: string[]
}

const isSum = (evidence: string) => evidence.includes(' + ')

/** Columns that give the target away, those of one reason together. */
export function leaksOf(options: LaunchOptions, ignored: readonly string[]): Leak[] {
  const leaks = new Map<string, Leak>()
  for (const { name, used, warning } of options.columns) {
    if (!warning || !used || ignored.includes(name)) continue
    // Two copies of the target are two leaks in the same words; only a sum is one of several columns.
    const key = isSum(warning) ? warning : `${name} ${warning}`
    leaks.set(key, { evidence: warning, columns: [...(leaks.get(key)?.columns ?? []), name] })
  }
  // A sum that lacks one of its parts no longer gives the target away.
  return [...leaks.values()].filter(({ evidence, columns }) => {
    const all = options.columns.filter(c => c.used && c.warning === evidence)
    return !isSum(evidence) || all.length === columns.length
  })
}

/** `casual + registered = cnt: with these columns …` */
export const describeLeak = ({ evidence, columns }: Leak): string =>
  columns.length === 1
    ? `“${columns[0]}” ${evidence}. A model would only copy it, and be useless where it is not known.`
    : `${evidence}. A model would only add them up, and be useless where they are not known.`

/** AutoML may have less than one. */
const formatMinutes = (minutes: number) => (minutes === 1 ? '1 minute' : `${minutes} minutes`)

/** What pressing Start will do. */
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
  const learns = `${plan.target} from ${formatCount(features, 'column')} of ${options.dataset} v${options.version}`
  if (plan.byAutoml)
    return `AutoML tries settings of all trainers for ${formatMinutes(plan.minutes ?? 1)}, measures them within the training rows, puts the best together and learns ${learns}. It is one run, measured by ${metricLabel(plan.metric)} on rows it has not seen.`
  const within = plan.minutes === null ? '' : `, none started after ${formatCount(plan.minutes, 'minute')}`
  return `${formatCount(runs, 'run')} of ${formatCount(chosen.length, 'trainer')} learn ${learns}, ranked by ${metricLabel(plan.metric)}${within}.`
}
