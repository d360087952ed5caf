import type { AttemptSummary, JobDetail, JobSummary, TimelineLane } from '#server/orchestration/contract.ts'
import { SUBJECTS, subjectOf } from '#server/platform/subjects/contract.ts'
import { formatCount, formatDuration, formatNumber } from '../ui/format.ts'
import { paths } from '../ui/paths.ts'
import { subjectPath } from '../ui/subject-path.ts'

export const WINDOWS = [15, 60, 360, 1440, 10_080] as const
export const formatWindow = (minutes: number): string =>
  minutes < 60
    ? `${minutes} minutes`
    : minutes === 60
      ? 'hour'
      : minutes === 1440
        ? 'day'
        : minutes < 1440
          ? formatCount(minutes / 60, 'hour')
          : formatCount(minutes / 1440, 'day')

/** Duration of finished work, or of running work until `nowMs`. */
export const elapsedMs = (startedAt: string | null, endedAt: string | null, nowMs: number): number | null =>
  startedAt === null ? null : Math.max(0, (endedAt ? Date.parse(endedAt) : nowMs) - Date.parse(startedAt))

export const formatElapsed = (startedAt: string | null, endedAt: string | null, nowMs: number): string => {
  const ms = elapsedMs(startedAt, endedAt, nowMs)
  return ms === null ? '–' : formatDuration(ms)
}

export const jobStateLabel = (job: Pick<JobSummary, 'state' | 'cancelling' | 'progress'>): string => {
  if (job.cancelling) return 'cancelling'
  const done = job.state === 'running' ? job.progress?.done : undefined
  return done === undefined || done === 0 ? job.state : `running ${Math.round(done * 100)} %`
}

/** Who requested a job: the person, the token, a schedule, or the job before it. */
export const authorLabel = ({ createdBy, requestedBy }: Pick<JobSummary, 'createdBy' | 'requestedBy'>): string =>
  !createdBy.startsWith('system:')
    ? requestedBy
    : createdBy === 'system:scheduler'
      ? 'a schedule'
      : createdBy === 'system:command-line'
        ? requestedBy
        : 'an upstream job'

export function jobSentence(job: JobDetail): string {
  const tries = job.attempts.length > 1 ? ` Attempt ${job.attempts.length}.` : ''
  switch (job.state) {
    case 'queued':
      return job.cancelling
        ? 'Cancelling before it starts.'
        : job.reason
          ? `Waiting for a free slot. ${job.reason}`
          : 'Waiting for a free slot of its queue.'
    case 'running':
      return job.cancelling ? 'Cancelling.' : `Running${note(job)}.${tries}`
    case 'succeeded':
      return job.attempts.length > 1 ? `Succeeded on attempt ${job.attempts.length}.` : 'Succeeded.'
    case 'failed':
      return `Failed: ${job.reason ?? 'no reason was recorded.'}`
    case 'cancelled':
      return job.reason ?? 'Cancelled.'
  }
}

const note = (job: JobDetail) => (job.progress?.note ? `: ${job.progress.note}` : '')

export function overviewSentence(counts: Record<string, number>): string {
  const running = counts.running ?? 0
  const queued = counts.queued ?? 0
  const failed = counts.failed ?? 0
  if (running + queued + failed === 0) return 'No running or failed jobs.'
  const parts = [
    running > 0 ? `${formatNumber(running)} running` : null,
    queued > 0 ? `${formatNumber(queued)} queued` : null,
    failed > 0 ? `${formatNumber(failed)} failed` : null,
  ]
  return `Jobs: ${parts.filter(part => part !== null).join(', ')}.`
}

/**
 * The span that is drawn: the window, without the empty time before its first job and, when nothing waits or runs, without the empty time
 * since the last one ended. `quietSince`: that end, when now is left out.
 */
export function drawnSpan(
  lanes: TimelineLane[],
  fromMs: number,
  nowMs: number,
): { from: number; to: number; quietSince: string | null } {
  const first = Math.min(nowMs, ...lanes.map(l => Date.parse(l.job.createdAt)))
  const last = Math.max(...lanes.map(l => (l.job.endedAt ? Date.parse(l.job.endedAt) : nowMs)), first)
  const from = Math.max(fromMs, Math.min(first, last - 10_000))
  const quiet = nowMs - last > (last - from) / 2
  const to = quiet ? last : nowMs
  return { from, to: to + (to - from) * 0.03, quietSince: quiet ? new Date(last).toISOString() : null }
}

const STEPS_SECONDS = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 21_600, 43_200, 86_400]

/** About six round instants within the span, by UTC seconds. */
export function ticksOf(from: number, to: number): number[] {
  const wanted = (to - from) / 6000
  const step = 1000 * (STEPS_SECONDS.find(s => s >= wanted) ?? Math.ceil(wanted / 86_400) * 86_400)
  const ticks: number[] = []
  for (let at = Math.ceil(from / step) * step; at <= to; at += step) ticks.push(at)
  return ticks
}

export const attemptTitle = (attempt: AttemptSummary, nowMs: number): string =>
  `Attempt ${attempt.number} ${attempt.state}${attempt.endedAt ? ` after ${formatElapsed(attempt.startedAt, attempt.endedAt, nowMs)}` : ''}${attempt.reason ? `: ${attempt.reason}` : ''}`

/** The page of the subject of a job, or else the section of the domain that does the job. */
export function subjectLink(project: string, job: Pick<JobSummary, 'name' | 'subjectKind' | 'subjectId'>) {
  const href = subjectPath(project, job.subjectKind, { id: job.subjectId })
  if (href) return { href, label: `Open the ${subjectOf(job.subjectKind)!.title}` }
  const [domain = ''] = job.name.split('.')
  return Object.values(SUBJECTS).some(subject => subject.domain === domain)
    ? { href: paths.section(project, domain), label: `Open ${domain}` }
    : undefined
}
