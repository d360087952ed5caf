import { isActive } from '#server/kernel/contract.ts'
import type { MonitorSummary } from '#server/monitoring/contract.ts'
import { verdictLabel } from '../monitoring/labels.ts'
import { formatMetric, formatMetricWithError, metricLabel } from '../training/labels.ts'
import { formatCount, formatDuration, formatRate } from '../ui/format.ts'
import {
  type HomeData,
  leadingExperiment,
  newest,
  rowsOf,
  undecidedModels,
  worstMark,
  worstMonitor,
} from './home-data.ts'

export interface Cell {
  word: string
  label: string
  value: string
  detail: string
  /** An instant that belongs behind the detail, in the viewer's words. */
  at?: string | null
  badge?: { state: string; label: string }
}

const LOADING = { value: '…', detail: ' ' }

function dataCell({ datasets, ingestions }: HomeData): Omit<Cell, 'word' | 'label'> {
  if (!datasets) return LOADING
  const top = newest(datasets)
  if (!top) return { value: 'no data yet', detail: 'upload a table to start' }
  const worst = worstMark(datasets)
  const reading = ingestions?.filter(i => isActive(i.state)).length ?? 0
  return {
    value: formatCount(top.rows, 'row'),
    detail: `${top.dataset} v${top.version}, `,
    at: top.createdAt,
    badge:
      reading > 0
        ? { state: 'running', label: `${reading} running` }
        : worst && { state: worst.mark.state, label: worst.mark.label },
  }
}

function trainingCell({ experiments }: HomeData): Omit<Cell, 'word' | 'label'> {
  if (!experiments) return LOADING
  const open = experiments.reduce((sum, e) => sum + e.runs.running + e.runs.queued, 0)
  const done = experiments.reduce((sum, e) => sum + e.runs.succeeded, 0)
  const lead = leadingExperiment(experiments)
  if (open + done === 0) return { value: 'no experiments', detail: 'start one' }
  return {
    value: open > 0 ? `${open} running` : `${formatCount(done, 'run')} done`,
    detail: lead?.best
      ? `best ${metricLabel(lead.metric ?? '')} ${formatMetric(lead.metric, { value: lead.best.value })} ${rowsOf(lead)}`
      : 'no results yet',
    badge: open > 0 ? { state: 'running', label: 'now' } : undefined,
  }
}

function evaluationCell({ evaluations }: HomeData): Omit<Cell, 'word' | 'label'> {
  if (!evaluations) return LOADING
  const open = evaluations.filter(e => isActive(e.state)).length
  const done = evaluations.filter(e => e.state === 'succeeded')
  // A value on rows that the model was trained on is no result.
  const top = newest(done.filter(e => !e.seenInTraining))
  const badge = open > 0 ? { state: 'running', label: `${open} running` } : undefined
  if (!top && done.length > 0) return { value: 'no new rows', detail: 'evaluated on training data only', badge }
  if (!top) return { value: open > 0 ? 'measuring' : 'no evaluations', detail: 'choose a run', badge }
  return {
    value: top.measured ? formatMetricWithError(top.metric, top.measured) : 'no labels',
    detail: `${metricLabel(top.metric ?? '')} on ${top.dataset} v${top.version}`,
    badge,
  }
}

function registryCell(data: HomeData): Omit<Cell, 'word' | 'label'> {
  const { models } = data
  if (!models) return LOADING
  const [top] = models
  if (!top) return { value: 'no models', detail: 'register the best run' }
  const newer = undecidedModels(data).length
  return {
    value: top.champion === null ? `v${top.latestVersion}, no champion` : `v${top.champion} champion`,
    detail: models.length === 1 ? top.model : `${top.model} and ${models.length - 1} more`,
    badge: newer > 0 ? { state: 'warn', label: `${newer} to review` } : undefined,
  }
}

function servingCell({ endpoints }: HomeData): Omit<Cell, 'word' | 'label'> {
  if (!endpoints) return LOADING
  const [top] = [...endpoints].sort((a, b) => b.ratePerSecond - a.ratePerSecond)
  if (!top) return { value: 'no endpoints', detail: 'promote a version' }
  const rate = endpoints.reduce((sum, e) => sum + e.ratePerSecond, 0)
  const silent = endpoints.some(e => e.servers.alive === 0)
  const failing = endpoints.some(e => (e.errorShare ?? 0) > 0)
  return {
    value: rate === 0 ? 'no traffic now' : formatRate(rate),
    detail:
      top.p99Ms === null
        ? `${top.endpoint}, v${top.version}`
        : `p50 ${durationWords3(top.p50Ms)}, p99 ${durationWords3(top.p99Ms)}`,
    badge: silent
      ? { state: 'alert', label: 'no server' }
      : failing
        ? { state: 'warn', label: 'errors' }
        : { state: 'ok', label: rate > 0 ? 'no errors' : 'ready' },
  }
}
const durationWords3 = (ms: number | null) =>
  ms === null ? '–' : ms < 1000 ? `${Number(ms.toPrecision(2))} ms` : formatDuration(ms)

function monitoringCell({ monitors }: HomeData): Omit<Cell, 'word' | 'label'> {
  if (!monitors) return LOADING
  const top = worstMonitor(monitors)
  if (!top) return { value: 'no monitors', detail: 'needs an endpoint' }
  const badge = top.verdict === 'unknown' ? { state: top.problem ? 'failed' : 'queued', label: 'unknown' } : undefined
  if (top.verdict === 'unknown')
    return {
      value: top.checking && top.checkedAt === null ? 'checking' : verdictLabel(top).toLowerCase(),
      detail: `${top.endpoint}: ${top.sentence}`,
      badge,
    }
  return {
    value: driftValue(top),
    detail: 'checked ',
    at: top.checkedAt,
    badge: { state: top.verdict, label: verdictLabel(top).toLowerCase() },
  }
}

/** `drift in 2 of 9`; no drift only of columns that could be judged. */
function driftValue({ verdict, drifted, columns, judged }: MonitorSummary): string {
  if (drifted > 0) return `drift in ${drifted} of ${columns}`
  if (verdict !== 'ok') return verdict === 'alert' ? 'alert' : 'warning'
  return judged === 0 ? 'OK' : `no drift in ${formatCount(judged, 'column')}`
}

function orchestrationCell({ activeJobs, failedJobs, schedules }: HomeData): Omit<Cell, 'word' | 'label'> {
  if (!activeJobs || !schedules) return LOADING
  const next = schedules
    .filter(s => s.enabled && s.nextAt)
    .sort((a, b) => (a.nextAt ?? '').localeCompare(b.nextAt ?? ''))[0]
  return {
    value: activeJobs.length > 0 ? formatCount(activeJobs.length, 'job') : 'no jobs',
    detail: next ? `${next.name} ` : 'no schedule',
    at: next?.nextAt,
    badge:
      (failedJobs?.length ?? 0) > 0
        ? { state: 'failed', label: `${failedJobs?.length} failed` }
        : next
          ? { state: 'ok', label: 'on' }
          : undefined,
  }
}

/** The lifecycle as one strip: the state of each part in a few words. */
export function cellsOf(data: HomeData): Cell[] {
  return [
    { word: 'data', label: 'Data', ...dataCell(data) },
    { word: 'training', label: 'Training', ...trainingCell(data) },
    { word: 'evaluation', label: 'Evaluation', ...evaluationCell(data) },
    { word: 'registry', label: 'Registry', ...registryCell(data) },
    { word: 'serving', label: 'Serving', ...servingCell(data) },
    { word: 'monitoring', label: 'Monitoring', ...monitoringCell(data) },
    { word: 'orchestration', label: 'Orchestration', ...orchestrationCell(data) },
  ]
}
