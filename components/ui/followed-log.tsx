import { Button, Skeleton, Text } from '@mantine/core'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useEffect, useRef, useState } from 'react'
import { SAMPLE_MS } from '../shell/live-status.ts'
import { Panel } from './panel.tsx'
import { Problem } from './problem.tsx'

interface Log {
  lines: { at: string; level: 'info' | 'warn' | 'error'; text: string }[]
  /** Where the next question goes on. */
  next: number
}

/** More lines than anybody reads in a browser; the newest are kept. */
const MOST_LINES = 5000
/** As near to the end as counts as reading the end, in pixels. */
const NEAR_END = 24
const COLOUR = { info: undefined, warn: 'yellow', error: 'red' } as const

/** Each answer brings only what was written since the one before. */
function useLog(key: readonly unknown[], active: boolean, read: (after: number) => Promise<Log>) {
  const queries = useQueryClient()
  // A finished log is fetched once more under its own key to get its last lines.
  const queryKey = [...key, { active }]
  return useQuery<Log>({
    queryKey,
    placeholderData: before => before,
    refetchInterval: active ? SAMPLE_MS.log : false,
    queryFn: async () => {
      let { lines, next } = queries.getQueryData<Log>(queryKey) ?? { lines: [], next: 0 }
      for (;;) {
        const more = await read(next)
        lines = [...lines, ...more.lines].slice(-MOST_LINES)
        if (more.next === next) return { lines, next }
        next = more.next
      }
    },
  })
}

/** The log of a job; follows its end until the user scrolls up. */
export function FollowedLog({
  label,
  queryKey,
  read,
  active,
}: {
  /** Names the region: `Log of the run`. */
  label: string
  queryKey: readonly unknown[]
  read: (after: number) => Promise<Log>
  /** More lines may come. */
  active: boolean
}) {
  const { data, error, refetch } = useLog(queryKey, active, read)
  const frame = useRef<HTMLElement>(null)
  const [following, setFollowing] = useState(true)
  const count = data?.lines.length ?? 0
  useEffect(() => {
    if (following && count > 0 && frame.current) frame.current.scrollTop = frame.current.scrollHeight
  }, [following, count])
  if (error && !data) return <Problem error={error} onRetry={() => refetch()} />
  if (!data) return <Skeleton height={140} radius="md" aria-label="Loading the log" />
  return (
    <Panel
      title="Log"
      note={active ? 'live, times in UTC' : 'times in UTC'}
      actions={
        active && !following ? (
          <Button size="compact-xs" variant="default" onClick={() => setFollowing(true)}>
            Follow
          </Button>
        ) : null
      }
    >
      {count === 0 ? (
        <Text size="sm" c="dimmed">
          {active ? 'It has written nothing yet.' : 'It wrote nothing.'}
        </Text>
      ) : (
        <section
          ref={frame}
          aria-label={label}
          // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard
          tabIndex={0}
          onScroll={event => {
            const { scrollTop, scrollHeight, clientHeight } = event.currentTarget
            setFollowing(scrollHeight - clientHeight - scrollTop < NEAR_END)
          }}
          style={{ maxHeight: 360, overflow: 'auto' }}
        >
          {data.lines.map((line, i) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: lines are only added at the end
            <LogLine key={i} line={line} />
          ))}
        </section>
      )}
    </Panel>
  )
}

function LogLine({ line }: { line: Log['lines'][number] }) {
  return (
    <Text
      ff="monospace"
      fz={12}
      lh={1.6}
      c={COLOUR[line.level]}
      style={{ whiteSpace: 'pre-wrap', overflowWrap: 'anywhere' }}
    >
      <Text span inherit c="dimmed">
        {line.at.slice(11, 19)} {line.level === 'info' ? '' : `${line.level} `}
      </Text>
      {line.text}
    </Text>
  )
}
