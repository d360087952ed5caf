import { listMetrics } from '#ml/metrics/registry.ts'
import type { ModelComparison } from '#server/evaluation/contract.ts'
import type { VersionSummary } from '#server/registry/contract.ts'
import type { Measured } from '#server/training/contract.ts'

const ORDER = listMetrics().map(m => m.id)
type Metrics = Pick<VersionSummary, 'metrics' | 'intervals' | 'metric'>

/** A metric of a version with its interval, where the run kept one. */
export const measuredOf = (version: Metrics, metric: string): Measured =>
  version.intervals[metric] ?? { value: version.metrics[metric] ?? null, low: null, high: null }

/** Every metric of the versions: the first one's own first, then as the engine orders them. */
export function metricsOf(versions: Metrics[]): string[] {
  const there = new Set(versions.flatMap(v => [...Object.keys(v.intervals), ...Object.keys(v.metrics)]))
  const own = versions[0]?.metric
  const known = ORDER.filter(m => there.has(m))
  const rest = [...there].filter(m => !ORDER.includes(m)).sort()
  const all = [...known, ...rest]
  return own && there.has(own) ? [own, ...all.filter(m => m !== own)] : all
}

/** Whether on the same rows a metric of the challenger is significantly worse and none better. */
export function isWorse(comparison: Pick<ModelComparison, 'metrics'> | undefined): boolean {
  const verdicts = comparison?.metrics.map(m => m.verdict) ?? []
  return verdicts.includes('worse') && !verdicts.includes('better')
}

/** The sentence at the top of a model's page. */
export function modelSentence(champion: number | undefined, newest: number, behind: number): string {
  if (champion === undefined) return `No version in production; v${newest} is the latest.`
  if (champion === newest) return `v${champion}, the latest version, is in production.`
  if (champion > newest) return `v${champion} answers.`
  return `v${champion} is in production; ${behind === 1 ? `v${newest} is newer` : `${behind} versions are newer, v${newest} is the latest`}.`
}
