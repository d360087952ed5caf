import { Skeleton, Text } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import Link from 'next/link'
import { useTRPC } from '../trpc.ts'
import { Panel } from '../ui/panel.tsx'
import { Problem } from '../ui/problem.tsx'
import { Time } from '../ui/time.tsx'
import { describeEvents, type Line } from './describe-event.ts'
import classes from './home.module.css'

const SHOWN = 9
/** More than are shown, since one line stands for equal events. */
const READ_EVENTS = 60

export function Happened({ project }: { project: string }) {
  const trpc = useTRPC()
  const { data, error, refetch } = useQuery(trpc.home.happened.queryOptions({ project, limit: READ_EVENTS }))
  const lines = describeEvents(project, data?.items ?? []).slice(0, SHOWN)
  return (
    <Panel title="Activity" note="newest first">
      {error && !data ? <Problem error={error} onRetry={() => refetch()} /> : null}
      {!data && !error ? <Skeleton height={120} aria-label="Loading activity" /> : null}
      {data && lines.length === 0 ? (
        <Text size="sm" c="dimmed">
          No activity yet. Uploads, training runs, promotions and drift appear here.
        </Text>
      ) : null}
      <ul className={classes.list}>
        {lines.map(line => (
          <li key={line.key}>
            {line.href ? (
              <Link className={classes.happened} href={line.href}>
                <ActivityText line={line} />
              </Link>
            ) : (
              <span className={classes.happened}>
                <ActivityText line={line} />
              </span>
            )}
          </li>
        ))}
      </ul>
    </Panel>
  )
}

function ActivityText({ line }: { line: Line }) {
  return (
    <>
      <span className={classes.when}>
        <Time at={line.at} />
      </span>
      <span style={{ overflowWrap: 'anywhere' }}>
        {line.who ? <strong>{line.who} </strong> : null}
        {line.parts.map((part, i) =>
          // biome-ignore lint/suspicious/noArrayIndexKey: the words of a sentence never move
          typeof part === 'string' ? part : <strong key={i}>{part.strong}</strong>,
        )}
      </span>
    </>
  )
}
