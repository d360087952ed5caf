import { listMetrics } from '#ml/metrics/registry.ts'
import type { VersionSummary } from '#server/registry/contract.ts'
import type { Measured } from '#server/training/contract.ts'
import { compareValues, directionOf, type Verdict } from '../training/labels.ts'

const ORDER = listMetrics().map(m => m.id)
type Metrics = Pick<VersionSummary, 'metrics' | 'intervals' | 'metric'>

/** A metric of a version with its interval, where the run kept one. */
export const measuredOf = (version: Metrics, metric: string): Measured =>
  version.intervals[metric] ?? { value: version.metrics[metric] ?? null, low: null, high: null }

/** Compares a challenger with the champion; overlapping intervals are tied. */
export const compareVersions = (metric: string, champion: Metrics, challenger: Metrics): Verdict =>
  compareValues(measuredOf(champion, metric), measuredOf(challenger, metric), directionOf(metric)).verdict

/** Every metric of the versions: the first one's own first, then as the engine orders them. */
export function metricsOf(versions: Metrics[]): string[] {
  const there = new Set(versions.flatMap(v => [...Object.keys(v.intervals), ...Object.keys(v.metrics)]))
  const own = versions[0]?.metric
  const known = ORDER.filter(m => there.has(m))
  const rest = [...there].filter(m => !ORDER.includes(m)).sort()
  const all = [...known, ...rest]
  return own && there.has(own) ? [own, ...all.filter(m => m !== own)] : all
}

/** Whether a metric of the challenger is significantly worse and none better. */
export function isWorse(champion: Metrics, challenger: Metrics): boolean {
  const verdicts = metricsOf([champion, challenger]).map(metric => compareVersions(metric, champion, challenger))
  return verdicts.includes('worse') && !verdicts.includes('better')
}

/** The sentence at the top of a model's page. */
export function modelSentence(champion: number | undefined, newest: number, behind: number): string {
  if (champion === undefined) return `No version in production; v${newest} is the latest.`
  if (champion === newest) return `v${champion}, the latest version, is in production.`
  if (champion > newest) return `v${champion} answers.`
  return `v${champion} is in production; ${behind === 1 ? `v${newest} is newer` : `${behind} versions are newer, v${newest} is the latest`}.`
}
