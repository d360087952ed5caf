import { describeChecks } from '../data/labels.ts'
import { formatMetric, metricLabel } from '../training/labels.ts'
import { formatCount } from '../ui/format.ts'
import { type HomeData, leadingExperiment, rowsOf, undecidedModels, worstMonitor } from './home-data.ts'

/** Summarizes the state of the project in one or two sentences. */
export function standingSentence(data: HomeData): string {
  const { datasets, experiments, models, endpoints, monitors } = data
  if (!datasets || !experiments || !models || !endpoints || !monitors) return ' '
  if (endpoints.length > 0) {
    const silent = endpoints.filter(e => e.servers.alive === 0)
    if (silent.length > 0) return 'No inference server is running; endpoints do not respond.'
    const top = worstMonitor(monitors)
    const serves =
      endpoints.length === 1
        ? `Endpoint ${endpoints[0]!.endpoint} serves ${endpoints[0]!.model} v${endpoints[0]!.version}.`
        : `${endpoints.length} endpoints are serving.`
    return top ? `${serves} ${monitors.length > 1 ? `${top.endpoint}: ` : ''}${top.sentence}` : serves
  }
  if (models.length > 0) return `${models[0]!.model} is registered. Promote a version to serve it.`
  const open = experiments.reduce((sum, e) => sum + e.runs.running + e.runs.queued, 0)
  if (open > 0) return `${formatCount(open, 'run')} active. Register the best run when they finish.`
  const lead = leadingExperiment(experiments)
  if (lead?.best)
    return `${lead.best.name} of ${lead.experiment} is best ${rowsOf(lead)} with ${metricLabel(lead.metric ?? 'score')} ${formatMetric(lead.metric, { value: lead.best.value })}. Register it to version it.`
  if (datasets.length > 0) return 'Data is available. Start an experiment.'
  return 'Upload a table to start: one row per example.'
}

export interface Need {
  key: string
  state: string
  label: string
  title: string
  detail: string
  href: string
  action: string
}

const monitorNeeds = (data: HomeData): Need[] =>
  (data.monitors ?? [])
    .filter(m => m.verdict === 'alert' || m.verdict === 'warn')
    .map(m => ({
      key: `monitor-${m.endpoint}`,
      state: m.verdict,
      label: m.verdict === 'alert' ? 'alert' : 'warning',
      title: m.endpoint,
      detail: m.sentence,
      href: `monitoring/${encodeURIComponent(m.endpoint)}`,
      action: 'Open',
    }))

const endpointNeeds = (data: HomeData): Need[] =>
  (data.endpoints ?? [])
    .filter(e => e.servers.alive === 0 || e.servers.current < e.servers.alive)
    .map(e => ({
      key: `endpoint-${e.endpoint}`,
      state: 'alert',
      label: e.servers.alive === 0 ? 'no server' : 'behind',
      title: e.endpoint,
      detail:
        e.servers.alive === 0
          ? 'No inference server is running.'
          : `${e.servers.alive - e.servers.current} of ${e.servers.alive} servers still serve an older version.`,
      href: `serving/${encodeURIComponent(e.endpoint)}`,
      action: 'Open',
    }))

const ingestionNeeds = (data: HomeData): Need[] =>
  (data.ingestions ?? [])
    .filter(i => i.state === 'failed')
    .map(i => ({
      key: `ingestion-${i.id}`,
      state: 'failed',
      label: 'failed',
      title: `${i.fileName} was not added`,
      detail: i.reason ?? '',
      href: 'data/add',
      action: 'Add again',
    }))

const jobNeeds = (data: HomeData): Need[] =>
  (data.failedJobs ?? [])
    .filter(j => j.subjectKind !== 'ingestion')
    .map(j => ({
      key: `job-${j.id}`,
      state: 'failed',
      label: 'failed',
      title: j.title,
      detail: j.reason ?? 'No reason was recorded.',
      href: `orchestration/jobs/${j.id}`,
      action: 'Show reason',
    }))

const modelNeeds = (data: HomeData): Need[] =>
  undecidedModels(data).map(m => ({
    key: `model-${m.model}`,
    state: 'warn',
    label: 'new version',
    title: `${m.model} v${m.latestVersion}`,
    detail: m.champion === null ? 'No version is in production.' : `Newer than v${m.champion} in production.`,
    href: `registry/${encodeURIComponent(m.model)}`,
    action: 'Review',
  }))

const checkNeeds = (data: HomeData): Need[] =>
  (data.datasets ?? [])
    .filter(d => d.checks.failing > 0 || d.checks.state === 'failed')
    .map(d => {
      const { state, label } = describeChecks(d.checks)
      return {
        key: `checks-${d.dataset}`,
        state,
        label: state === 'failed' ? 'failed' : 'warning',
        title: `${d.dataset} v${d.version}`,
        detail: `${label.charAt(0).toUpperCase()}${label.slice(1)}${d.checks.blocking > 0 ? ': it cannot be trained on' : ''}.`,
        href: `data/${encodeURIComponent(d.dataset)}?tab=quality`,
        action: 'Open',
      }
    })

const checkFailureNeeds = (data: HomeData): Need[] =>
  (data.monitors ?? [])
    .filter(m => m.problem !== null && m.verdict === 'unknown')
    .map(m => ({
      key: `check-${m.endpoint}`,
      state: 'failed',
      label: 'not checked',
      title: m.endpoint,
      detail: m.sentence,
      href: `monitoring/${encodeURIComponent(m.endpoint)}`,
      action: 'Open',
    }))

/** True once all lists were read: before that nothing may be shown as fine. */
export const isComplete = (data: HomeData): boolean =>
  [data.datasets, data.ingestions, data.models, data.endpoints, data.monitors, data.failedJobs].every(
    list => list !== undefined,
  )

const RANK = ['alert', 'failed', 'warn']

/** Lists what requires action, most severe first, each with one button. */
export const needsOf = (data: HomeData): Need[] =>
  [
    ...monitorNeeds(data),
    ...checkFailureNeeds(data),
    ...endpointNeeds(data),
    ...ingestionNeeds(data),
    ...jobNeeds(data),
    ...checkNeeds(data),
    ...modelNeeds(data),
  ].sort((a, b) => RANK.indexOf(a.state) - RANK.indexOf(b.state))
