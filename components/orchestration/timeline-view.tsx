import { Anchor, NativeSelect, Skeleton, Stack, Text } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import Link from 'next/link'
import { parseAsNumberLiteral, useQueryState } from 'nuqs'
import type { AttemptSummary, Timeline } from '#server/orchestration/contract.ts'
import { SAMPLE_MS } from '../shell/live-status.ts'
import { useTRPC } from '../trpc.ts'
import { EmptyState } from '../ui/empty-state.tsx'
import { Panel } from '../ui/panel.tsx'
import { paths } from '../ui/paths.ts'
import { Problem } from '../ui/problem.tsx'
import { StateBadge } from '../ui/state-badge.tsx'
import { attemptTitle, drawnSpan, formatElapsed, formatWindow, jobStateLabel, ticksOf, WINDOWS } from './labels.ts'
import classes from './timeline.module.css'

const COLOUR: Record<AttemptSummary['state'], string> = {
  running: 'blue',
  succeeded: 'green',
  failed: 'red',
  lost: 'red',
  cancelled: 'gray',
}

/** A bar narrower than this has no room for its word; the state is at the end of the lane. */
const WORD_SHARE = 0.08

/** A lane per job, its attempts as bars over time, up to now. */
export function TimelineView({ project }: { project: string }) {
  const [minutes, setMinutes] = useQueryState('minutes', parseAsNumberLiteral(WINDOWS).withDefault(60))
  const trpc = useTRPC()
  const { data, error, refetch } = useQuery(
    trpc.orchestration.timeline.queryOptions(
      { project, minutes },
      { refetchInterval: SAMPLE_MS.overview, placeholderData: before => before },
    ),
  )
  if (error && !data) return <Problem error={error} onRetry={() => refetch()} />
  if (!data) return <Skeleton height={280} radius="md" aria-label="Loading the timeline" />
  return (
    <Stack gap="sm">
      <NativeSelect
        aria-label="Window"
        size="xs"
        w={170}
        value={String(minutes)}
        onChange={event => setMinutes(WINDOWS.find(w => String(w) === event.currentTarget.value) ?? null)}
        data={WINDOWS.map(w => ({ value: String(w), label: `Last ${formatWindow(w)}` }))}
      />
      {data.lanes.length === 0 ? (
        <EmptyState title={`No jobs in the last ${formatWindow(minutes)}`}>
          Uploads, profiles, training runs and monitoring checks appear here as bars while they run, each with its
          attempts. Choose a longer window to look further back.
        </EmptyState>
      ) : (
        <Lanes project={project} timeline={data} />
      )}
      {data.truncated ? (
        <Text size="xs" c="dimmed">
          The newest {data.lanes.length} jobs of the window are shown.
        </Text>
      ) : null}
    </Stack>
  )
}

type Axis = ReturnType<typeof axisOf>

/** Places of times on the drawn span. */
function axisOf(timeline: Timeline) {
  const now = Date.parse(timeline.to)
  const { from, to, quietSince } = drawnSpan(timeline.lanes, Date.parse(timeline.from), now)
  const share = (start: number, end: number) => Math.max(0, (Math.min(end, to) - Math.max(start, from)) / (to - from))
  const long = to - from > 86_400_000
  return {
    now,
    until: timeline.to,
    quietSince,
    place: (ms: number) => `${Math.min(100, Math.max(0, ((ms - from) / (to - from)) * 100)).toFixed(3)}%`,
    share,
    width: (start: number, end: number) => `${(share(start, end) * 100).toFixed(3)}%`,
    // The label of a tick at the very end would be cut off.
    ticks: ticksOf(from, to - (to - from) * 0.06),
    tickLabel: (ms: number) => {
      const iso = new Date(ms).toISOString()
      return long ? iso.slice(5, 16).replace('T', ' ') : iso.slice(11, to - from > 600_000 ? 16 : 19)
    },
  }
}

function Lanes({ project, timeline }: { project: string; timeline: Timeline }) {
  const axis = axisOf(timeline)
  const { quietSince } = axis
  return (
    <Panel
      title="Attempts over time"
      note={`newest first; UTC; dashed: queued${quietSince ? `; idle since ${quietSince.slice(11, 16)}` : ''}`}
      flush
    >
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard */}
      <section aria-label="Timeline of jobs" tabIndex={0} className={classes.scroll}>
        <table className={classes.table}>
          <TimeAxis axis={axis} />
          <tbody>
            {timeline.lanes.toReversed().map(lane => (
              <Lane key={lane.job.id} project={project} lane={lane} axis={axis} />
            ))}
          </tbody>
        </table>
      </section>
    </Panel>
  )
}

/** A job, with its attempts as bars. */
function Lane({ project, lane, axis }: { project: string; lane: Timeline['lanes'][number]; axis: Axis }) {
  const { job, attempts } = lane
  const { place, width, now } = axis
  // Between two attempts it waits again: the bars lie over the dashes.
  const waitedUntil = Date.parse(attempts.at(-1)?.startedAt ?? job.endedAt ?? axis.until)
  return (
    <tr>
      <th scope="row" className={classes.name}>
        <Anchor
          component={Link}
          href={paths.job(project, job.id)}
          size="sm"
          title={job.title}
          className={classes.title}
        >
          {job.title}
        </Anchor>
      </th>
      <td className={classes.track}>
        {axis.ticks.map(tick => (
          <span key={tick} className={classes.rule} style={{ left: place(tick) }} aria-hidden />
        ))}
        <span
          className={classes.waiting}
          style={{
            left: place(Date.parse(job.createdAt)),
            width: width(Date.parse(job.createdAt), waitedUntil),
          }}
          aria-hidden
        />
        {attempts.map(attempt => (
          <Bar key={attempt.number} attempt={attempt} isOnly={attempts.length === 1} axis={axis} />
        ))}
        {axis.quietSince ? null : <span className={classes.now} style={{ left: place(now) }} aria-hidden />}
      </td>
      <td className={classes.state}>
        <StateBadge state={job.state} label={jobStateLabel(job)} />{' '}
        <Text span size="xs" c="dimmed">
          {formatElapsed(job.startedAt, job.endedAt, now)}
          {attempts.length > 1 ? `, ${attempts.length} attempts` : ''}
        </Text>
      </td>
    </tr>
  )
}

function TimeAxis({ axis }: { axis: Axis }) {
  return (
    <thead>
      <tr>
        <th scope="col" className={classes.name}>
          Job
        </th>
        <th scope="col" className={classes.track}>
          <span className={classes.hidden}>Attempts</span>
          {axis.ticks.map(tick => (
            <span key={tick} className={classes.tick} style={{ left: axis.place(tick) }} aria-hidden>
              {axis.tickLabel(tick)}
            </span>
          ))}
        </th>
        <th scope="col" className={classes.state}>
          State
        </th>
      </tr>
    </thead>
  )
}

function Bar({ attempt, isOnly, axis }: { attempt: AttemptSummary; isOnly: boolean; axis: Axis }) {
  const [start, end] = [Date.parse(attempt.startedAt), Date.parse(attempt.endedAt ?? axis.until)]
  return (
    <span
      className={classes.bar}
      title={attemptTitle(attempt, axis.now)}
      style={{
        left: axis.place(start),
        width: axis.width(start, end),
        background: `var(--mantine-color-${COLOUR[attempt.state]}-light)`,
        color: `var(--mantine-color-${COLOUR[attempt.state]}-light-color)`,
        borderColor: `var(--mantine-color-${COLOUR[attempt.state]}-filled)`,
      }}
    >
      {axis.share(start, end) > WORD_SHARE ? (
        <span className={classes.word}>
          {isOnly ? '' : `${attempt.number} · `}
          {attempt.state}
        </span>
      ) : null}
    </span>
  )
}
