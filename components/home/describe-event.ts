import type { EventName, EventPayloads } from '#server/api/events.ts'
import { formatMetric, metricLabel } from '../training/labels.ts'
import { formatCount } from '../ui/format.ts'
import { paths } from '../ui/paths.ts'
import { subjectPath } from '../ui/subject-path.ts'

export interface ActivityEvent {
  seq: number
  at: string
  type: string
  subjectKind: string
  subjectId: string
  actorKind: string
  actorName: string | null
  reason: string | null
  payload: Record<string, unknown>
}

export type Part = string | { strong: string }
export interface Description {
  parts: Part[]
  /** Absent: the page of the event's subject. */
  href?: string
}

/** Rows written by older code may lack fields. */
type Describe<P> = (payload: Partial<P>, project: string, times: number) => Description

const text = (value: unknown) => (typeof value === 'string' || typeof value === 'number' ? String(value) : '?')
const strong = (value: unknown): Part => ({ strong: text(value) })
const versioned = (name: unknown, version: unknown): Part => ({ strong: `${text(name)} v${text(version)}` })
const measured = (metric: string | undefined, value: number | null | undefined) =>
  typeof value === 'number' ? `: ${metricLabel(text(metric))} ${formatMetric(text(metric), { value })}` : ''

const VERDICTS = {
  ok: 'check passed',
  warn: 'warning',
  alert: 'alert',
  unknown: 'not enough data for a verdict',
}

/** A sentence per event without its subject, which is the actor; `times` counts the equal events in a row that one line stands for. */
const DESCRIPTIONS: { [N in EventName]?: Describe<EventPayloads[N]> } = {
  'data.version-created': (p, project) => ({
    parts: ['added ', versioned(p.dataset, p.version), `: ${formatCount(Number(p.rows), 'row')}`],
    href: paths.dataset(project, text(p.dataset)),
  }),
  'data.schema-reviewed': (p, project) => ({
    parts: ['reviewed the schema of ', versioned(p.dataset, p.version)],
    href: paths.dataset(project, text(p.dataset), { tab: 'schema' }),
  }),
  'data.columns-related': () => ({ parts: ['correlations computed'] }),
  'data.leaks-found': p => ({
    parts: [
      p.findings
        ? `leak check: ${formatCount(p.findings, 'finding')}`
        : p.judged === false
          ? 'leak check: not enough data'
          : 'leak check finished, none found',
    ],
  }),
  'training.experiment-launched': (p, project) => ({
    parts: ['started ', strong(p.experiment), `: ${formatCount(Number(p.runs), 'run')} on ${text(p.data)}`],
    href: paths.experiment(project, text(p.experiment)),
  }),
  'training.run-done': (p, project, times) => ({
    parts:
      times > 1
        ? [`${formatCount(times, 'run')} of `, strong(p.experiment), ' succeeded']
        : [strong(p.run), ` of ${text(p.experiment)} succeeded`, measured(p.metric, p.value)],
    href: paths.experiment(project, text(p.experiment)),
  }),
  'training.run-failed': p => ({ parts: ['run ', strong(p.run), ' failed'] }),
  'training.run-cancelled': p => ({ parts: ['run ', strong(p.run), ' was cancelled'] }),
  'evaluation.evaluation-completed': p => ({
    parts: [strong(p.runName), ` evaluated on ${text(p.dataset)} v${text(p.version)}`, measured(p.metric, p.value)],
  }),
  'registry.version-registered': (p, project) => ({
    parts: ['registered ', versioned(p.model, p.version)],
    href: paths.model(project, text(p.model)),
  }),
  'registry.model-described': (p, project) => ({
    parts: ['changed the description of ', p.model ? strong(p.model) : 'a model'],
    href: p.model ? paths.model(project, p.model) : paths.registry(project),
  }),
  'serving.version-promoted': (p, project) => ({
    parts: ['promoted ', versioned(p.model, p.version), ` to ${text(p.endpoint)}`],
    href: paths.endpoint(project, text(p.endpoint), { tab: 'history' }),
  }),
  'serving.primary-endpoint-changed': (p, project) => ({
    parts: ['made ', strong(p.endpoint), ` the primary endpoint of ${text(p.model)}`],
    href: paths.endpoint(project, text(p.endpoint)),
  }),
  'serving.policy-changed': (p, project) => ({
    parts: [strong(p.endpoint), ` now reads rows by the ${text(p.policy)} policy`],
    href: paths.endpoint(project, text(p.endpoint)),
  }),
  'serving.endpoint-rolled-back': (p, project) => ({
    parts: ['rolled ', strong(p.endpoint), ` back to ${text(p.model)} v${text(p.version)}`],
    href: paths.endpoint(project, text(p.endpoint), { tab: 'history' }),
  }),
  'serving.model-taken-out': (p, project) => ({
    parts: [versioned(p.model, p.version), ` was taken out of traffic on ${text(p.endpoint)}`],
    href: paths.endpoint(project, text(p.endpoint)),
  }),
  'serving.model-retried': (p, project) => ({
    parts: ['tried ', versioned(p.model, p.version), ` again on ${text(p.endpoint)}`],
    href: paths.endpoint(project, text(p.endpoint)),
  }),
  'monitoring.drift-detected': (p, project) => ({
    parts: ['drift on ', strong(p.endpoint), listed(p.columns)],
    href: paths.monitor(project, text(p.endpoint)),
  }),
  'monitoring.verdict-changed': (p, project) => ({
    parts: [strong(p.endpoint), `: ${p.to ? VERDICTS[p.to] : '?'}`],
    href: paths.monitor(project, text(p.endpoint)),
  }),
  'orchestration.job-failed': p => ({ parts: ['job failed: ', strong(p.title)] }),
  'orchestration.job-cancelled': p => ({ parts: ['job cancelled: ', strong(p.title)] }),
  'access.project-created': (_, project) => ({ parts: ['created the project'], href: paths.access(project) }),
  'access.project-updated': (p, project) => ({
    parts: ['changed the settings of ', p.name ? strong(p.name) : 'the project'],
    href: paths.projectSettings(project),
  }),
  'access.project-archived': (p, project) => ({
    parts: ['archived the project', p.endpoints === 'stopped' ? ' and stopped its endpoints' : ''],
    href: paths.projectSettings(project),
  }),
  'access.project-restored': (_, project) => ({
    parts: ['restored the project'],
    href: paths.projectSettings(project),
  }),
  'access.member-added': (p, project) => ({
    parts: ['added a member as ', strong(p.to)],
    href: paths.access(project),
  }),
  'access.member-changed': (p, project) => ({
    parts: ['changed the role of a member to ', strong(p.to)],
    href: paths.access(project),
  }),
  'access.member-removed': (_, project) => ({ parts: ['removed a member'], href: paths.access(project) }),
  'access.member-joined': (p, project) => ({
    parts: ['joined by invitation as ', strong(p.to)],
    href: paths.access(project),
  }),
}

const listed = (columns: unknown) =>
  Array.isArray(columns) ? `: ${columns.map(text).slice(0, 4).join(', ')}${columns.length > 4 ? ', …' : ''}` : ''

/** Not shown: another event reports how it ended. */
const SILENT = new Set<string>([
  'data.ingestion-started',
  'data.version-profiled',
  'evaluation.evaluation-started',
] satisfies EventName[])

/** `training.run-failed` → `run failed`: for events that have no description. */
const plain = (type: string) => (type.split('.')[1] ?? type).replaceAll('-', ' ')

function describeOne(event: ActivityEvent, project: string, times: number): Description {
  const own = Object.hasOwn(DESCRIPTIONS, event.type)
    ? (DESCRIPTIONS[event.type as EventName] as Describe<Record<string, unknown>>)(event.payload, project, times)
    : { parts: [plain(event.type)] }
  return { href: subjectPath(project, event.subjectKind, { id: event.subjectId }), ...own }
}

export interface Line extends Description {
  key: number
  at: string
  who: string | null
  times: number
}

/** One line per event, in their order; runs of one experiment that succeeded one after another share a line. */
export function describeEvents(project: string, events: readonly ActivityEvent[]): Line[] {
  const groups: { key: string; event: ActivityEvent; times: number }[] = []
  for (const event of events) {
    if (SILENT.has(event.type)) continue
    const key = `${event.type}|${text(event.payload.experiment)}`
    const last = groups.at(-1)
    if (last && event.type === 'training.run-done' && last.key === key) last.times++
    else groups.push({ key, event, times: 1 })
  }
  return groups.map(({ event, times }) => ({
    key: event.seq,
    at: event.at,
    who: event.actorName,
    times,
    ...describeOne(event, project, times),
  }))
}
