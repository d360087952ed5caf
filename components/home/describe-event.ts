import { metricLabel } from '../training/labels.ts'
import { formatCount, formatNumber } from '../ui/format.ts'

export interface HappenedEvent {
  seq: number
  at: string
  type: string
  actorKind: string
  actorName: string | null
  reason: string | null
  payload: Record<string, unknown>
}

export type Part = string | { strong: string }
export interface Told {
  parts: Part[]
  /** Below the project's address. */
  href?: string
}

const text = (value: unknown) => (typeof value === 'string' || typeof value === 'number' ? String(value) : '?')
const at = (value: unknown) => encodeURIComponent(text(value))
const strong = (value: unknown): Part => ({ strong: text(value) })
type Words = (p: Record<string, unknown>, times: number) => Told

/** What each kind of event says to a person; `times` counts the equal ones in a row that are told as one. */
const WORDS: Record<string, Words> = {
  'data.version-created': p => ({
    parts: ['added ', { strong: `${text(p.dataset)} v${text(p.version)}` }, `: ${formatCount(Number(p.rows), 'row')}`],
    href: `data/${at(p.dataset)}`,
  }),
  'data.schema-reviewed': p => ({
    parts: ['reviewed the schema of ', { strong: `${text(p.dataset)} v${text(p.version)}` }],
    href: `data/${at(p.dataset)}?tab=schema`,
  }),
  'training.experiment-launched': p => ({
    parts: ['launched ', strong(p.experiment), `: ${formatCount(Number(p.runs), 'run')} on ${text(p.data)}`],
    href: `training/experiments/${at(p.experiment)}`,
  }),
  'training.run-done': (p, times) => ({
    parts:
      times > 1
        ? [`${formatCount(times, 'run')} of `, strong(p.experiment), ' are done']
        : [
            strong(p.run),
            ` of ${text(p.experiment)} is done`,
            typeof p.value === 'number' ? `: ${metricLabel(text(p.metric))} ${formatNumber(p.value)}` : '',
          ],
    href: `training/experiments/${at(p.experiment)}`,
  }),
  'evaluation.evaluation-completed': p => ({
    parts: [
      strong(p.runName),
      ` was measured on ${text(p.dataset)} v${text(p.version)}`,
      typeof p.value === 'number' ? `: ${metricLabel(text(p.metric))} ${formatNumber(p.value)}` : '',
    ],
    href: 'evaluation',
  }),
  'registry.version-registered': p => ({
    parts: ['registered ', { strong: `${text(p.model)} v${text(p.version)}` }],
    href: `registry/${at(p.model)}`,
  }),
  'registry.model-described': p => ({
    parts: ['described ', strong(p.model)],
    href: p.model ? `registry/${at(p.model)}` : 'registry',
  }),
  'serving.version-promoted': p => ({
    parts: ['promoted ', { strong: `${text(p.model)} v${text(p.version)}` }, ` on ${text(p.endpoint)}`],
    href: `serving/${at(p.endpoint)}?tab=history`,
  }),
  'serving.primary-endpoint-changed': p => ({
    parts: ['made ', strong(p.endpoint), ` the primary endpoint of ${text(p.model)}`],
    href: `serving/${at(p.endpoint)}`,
  }),
  'serving.endpoint-rolled-back': p => ({
    parts: ['rolled ', strong(p.endpoint), ` back to ${text(p.model)} v${text(p.version)}`],
    href: `serving/${at(p.endpoint)}?tab=history`,
  }),
  'monitoring.drift-detected': p => ({
    parts: [
      'drift on ',
      strong(p.endpoint),
      Array.isArray(p.columns)
        ? `: ${p.columns.map(text).slice(0, 4).join(', ')}${p.columns.length > 4 ? ', …' : ''}`
        : '',
    ],
    href: `monitoring/${at(p.endpoint)}`,
  }),
  'monitoring.verdict-changed': p => ({
    parts: ['the verdict on ', strong(p.endpoint), ` is now ${VERDICTS[text(p.to)] ?? text(p.to)}`],
    href: `monitoring/${at(p.endpoint)}`,
  }),
  'orchestration.job-cancelled': p => ({ parts: ['cancelled: ', strong(p.title)], href: 'orchestration?tab=jobs' }),
  'access.project-created': () => ({ parts: ['made this project'], href: 'access' }),
  'access.member-added': p => ({ parts: ['added a member as ', strong(p.to)], href: 'access' }),
  'access.member-changed': p => ({ parts: ['changed a member’s role to ', strong(p.to)], href: 'access' }),
  'access.member-removed': () => ({ parts: ['removed a member'], href: 'access' }),
  'access.member-joined': p => ({ parts: ['joined by invitation as ', strong(p.to)], href: 'access' }),
}
const VERDICTS: Record<string, string> = {
  ok: 'still right',
  warn: 'something to watch',
  alert: 'needs attention',
  unknown: 'not enough to tell',
}

/** Beginnings whose end is told too would only fill the list. */
const SILENT = new Set(['data.ingestion-started', 'data.version-profiled', 'evaluation.evaluation-started'])

/** `training.run-failed` → `run failed`: kinds that came later than this table are still told. */
const plain = (type: string) => (type.split('.')[1] ?? type).replaceAll('-', ' ')

export interface Line extends Told {
  key: number
  at: string
  who: string | null
  times: number
}

/** The newest first, as they come; equal neighbours of one experiment become one line. */
export function tellEvents(events: readonly HappenedEvent[]): Line[] {
  const lines: (Line & { group: string; event: HappenedEvent })[] = []
  for (const event of events) {
    if (SILENT.has(event.type)) continue
    const group = `${event.type}|${text(event.payload.experiment)}`
    const last = lines.at(-1)
    if (last && event.type === 'training.run-done' && last.group === group) {
      last.times++
      continue
    }
    lines.push({ group, event, key: event.seq, at: event.at, who: event.actorName, times: 1, parts: [] })
  }
  return lines.map(({ group: _, event, ...line }) => ({
    ...line,
    ...(WORDS[event.type]?.(event.payload, line.times) ?? { parts: [plain(event.type)] }),
  }))
}
