import { isActive } from '#server/kernel/contract.ts'
import { metricLabel } from '../training/labels.ts'
import { formatCount, formatDuration, formatNumber } from '../ui/format.ts'
import { type HomeData, leadingExperiment, newest, worstMonitor } from './home-data.ts'

export interface Cell {
  word: string
  label: string
  value: string
  detail: string
  /** An instant that belongs behind the detail, in the viewer's words. */
  at?: string | null
  badge?: { state: string; label: string }
}

const formatMeasured = (value: number | null, low: number | null, high: number | null) =>
  low === null || high === null ? formatNumber(value) : `${formatNumber(value)} ± ${formatNumber((high - low) / 2)}`

const LOADING = { value: '…', detail: ' ' }

function dataCell({ datasets, ingestions }: HomeData): Omit<Cell, 'word' | 'label'> {
  if (!datasets) return LOADING
  const top = newest(datasets)
  if (!top) return { value: 'no data yet', detail: 'upload a table to start' }
  const reading = ingestions?.filter(i => isActive(i.state)).length ?? 0
  return {
    value: formatCount(top.rows, 'row'),
    detail: `${top.dataset} v${top.version}, `,
    at: top.createdAt,
    badge:
      reading > 0
        ? { state: 'running', label: `${reading} running` }
        : top.warnings.length > 0
          ? { state: 'warn', label: formatCount(top.warnings.length, 'warning') }
          : { state: 'ok', label: 'no warnings' },
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
    detail: lead?.best ? `best ${metricLabel(lead.metric ?? '')} ${formatNumber(lead.best.value)}` : 'no results yet',
    badge: open > 0 ? { state: 'running', label: 'now' } : undefined,
  }
}

function evaluationCell({ evaluations }: HomeData): Omit<Cell, 'word' | 'label'> {
  if (!evaluations) return LOADING
  const open = evaluations.filter(e => isActive(e.state)).length
  const top = newest(evaluations.filter(e => e.state === 'succeeded'))
  const badge = open > 0 ? { state: 'running', label: `${open} running` } : undefined
  if (!top) return { value: open > 0 ? 'measuring' : 'no evaluations', detail: 'choose a run', badge }
  return {
    value: top.measured ? formatMeasured(top.measured.value, top.measured.low, top.measured.high) : 'no labels',
    detail: `${metricLabel(top.metric ?? '')} on ${top.dataset} v${top.version}`,
    badge,
  }
}

function registryCell({ models }: HomeData): Omit<Cell, 'word' | 'label'> {
  if (!models) return LOADING
  const [top] = models
  if (!top) return { value: 'no models', detail: 'register the best run' }
  const newer = models.filter(m => m.latestVersion > (m.champion ?? 0)).length
  return {
    value: top.champion === null ? `v${top.latestVersion}, no champion` : `v${top.champion} champion`,
    detail: models.length === 1 ? top.model : `${top.model} and ${models.length - 1} more`,
    badge: newer > 0 ? { state: 'warn', label: `${newer} to review` } : { state: 'ok', label: 'up to date' },
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
    value: rate === 0 ? 'no traffic now' : `${formatNumber(Number(rate.toPrecision(3)))} req/s`,
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

const VERDICT_BADGE: Record<string, { state: string; label: string }> = {
  ok: { state: 'ok', label: 'ok' },
  warn: { state: 'warn', label: 'warning' },
  alert: { state: 'alert', label: 'alert' },
  unknown: { state: 'queued', label: 'unknown' },
}

function monitoringCell({ monitors }: HomeData): Omit<Cell, 'word' | 'label'> {
  if (!monitors) return LOADING
  const top = worstMonitor(monitors)
  if (!top) return { value: 'no monitors', detail: 'needs an endpoint' }
  return {
    value:
      top.checkedAt === null
        ? top.checking
          ? 'checking'
          : 'not checked'
        : top.drifted === 0
          ? 'no drift'
          : `drift in ${top.drifted} of ${top.columns}`,
    detail: top.checkedAt === null ? top.endpoint : 'checked ',
    at: top.checkedAt,
    badge: top.checkedAt === null ? undefined : VERDICT_BADGE[top.verdict],
  }
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
