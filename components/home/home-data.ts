import type { DatasetSummary } from '#server/data/contract.ts'
import type { EvaluationSummary } from '#server/evaluation/contract.ts'
import type { MonitorSummary } from '#server/monitoring/contract.ts'
import type { JobSummary, ScheduleSummary } from '#server/orchestration/contract.ts'
import type { ModelSummary } from '#server/registry/contract.ts'
import type { EndpointSummary } from '#server/serving/contract.ts'
import type { ExperimentSummary } from '#server/training/contract.ts'

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

/** The experiment one would look at: what runs, else the newest that has a best run, else the newest. */
export const leadingExperiment = (experiments: readonly ExperimentSummary[]): ExperimentSummary | undefined =>
  experiments.find(e => e.runs.running + e.runs.queued > 0 && e.best) ??
  newest(experiments.filter(e => e.best)) ??
  newest(experiments)
