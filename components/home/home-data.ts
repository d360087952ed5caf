import type { DatasetSummary } from '#server/data/contract.ts'
import type { EvaluationSummary } from '#server/evaluation/contract.ts'
import type { MonitorSummary } from '#server/monitoring/contract.ts'
import type { JobSummary, ScheduleSummary } from '#server/orchestration/contract.ts'
import type { ModelSummary } from '#server/registry/contract.ts'
import type { EndpointSummary } from '#server/serving/contract.ts'
import type { ExperimentSummary } from '#server/training/contract.ts'
import { type QualityMark, qualityMarks } from '../data/labels.ts'

/** Lists of all lifecycle sections; a list is absent while it loads or if it failed. */
export interface HomeData {
  datasets?: DatasetSummary[]
  ingestions?: { id: string; dataset: string; fileName: string; state: string; reason: string | null }[]
  experiments?: ExperimentSummary[]
  evaluations?: EvaluationSummary[]
  models?: ModelSummary[]
  endpoints?: EndpointSummary[]
  monitors?: MonitorSummary[]
  activeJobs?: JobSummary[]
  failedJobs?: JobSummary[]
  schedules?: ScheduleSummary[]
}

const WORST = ['alert', 'warn', 'unknown', 'ok']
export const worstMonitor = (monitors: readonly MonitorSummary[]): MonitorSummary | undefined =>
  [...monitors].sort((a, b) => WORST.indexOf(a.verdict) - WORST.indexOf(b.verdict))[0]

/** Dataset versions and runs carry their age; the newest stands for all. */
export const newest = <T extends { createdAt: string }>(items: readonly T[]): T | undefined =>
  [...items].sort((a, b) => b.createdAt.localeCompare(a.createdAt))[0]

/** The experiment with the best run, of all that predict the same target of the same rows by the same metric as the newest one. */
export function leadingExperiment(experiments: readonly ExperimentSummary[]): ExperimentSummary | undefined {
  // A model that predicts one class only is no headline, even with the best metric.
  const measured = experiments.filter(e => e.best && !e.best.predictsOneClass)
  const newestOne = newest(measured)
  if (!newestOne) return newest(experiments)
  const sign = newestOne.direction === 'minimize' ? 1 : -1
  const [lead] = measured.filter(e => isComparable(e, newestOne)).sort((a, b) => sign * (a.best!.value - b.best!.value))
  return lead
}

const isComparable = (a: ExperimentSummary, b: ExperimentSummary) =>
  a.dataset === b.dataset && a.version === b.version && a.target === b.target && a.metric === b.metric

/** The rows that the value was measured on: a best value means nothing without them. */
export const rowsOf = (e: ExperimentSummary): string =>
  e.dataset === null ? `in ${e.experiment}` : `on ${e.dataset}${e.version === null ? '' : ` v${e.version}`}`

/** The newest versions of a model without a decision; those taken out by a rollback were decided. */
export const undecidedModels = ({ models, endpoints }: Pick<HomeData, 'models' | 'endpoints'>): ModelSummary[] =>
  (models ?? []).filter(m => {
    const rolledBack = (endpoints ?? []).some(e => e.model === m.model && e.rolledBackFrom === m.latestVersion)
    return m.latestVersion > (m.champion ?? 0) && !rolledBack
  })

const MARK_RANK = ['failed', 'warn', 'running', 'unknown', 'ok']
const rankOfMark = (mark: QualityMark) => {
  const rank = MARK_RANK.indexOf(mark.state)
  return rank < 0 ? MARK_RANK.indexOf('unknown') : rank
}

/** The worst that is known of any dataset, and of which. */
export function worstMark(
  datasets: readonly DatasetSummary[],
): { dataset: DatasetSummary; mark: QualityMark } | undefined {
  const marks = datasets.flatMap(dataset => qualityMarks(dataset).map(mark => ({ dataset, mark })))
  return marks.sort((a, b) => rankOfMark(a.mark) - rankOfMark(b.mark))[0]
}
