import { Skeleton, Text } from '@mantine/core'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import type { JobLog } from '#server/orchestration/contract.ts'
import { useTRPCClient } from '../trpc.ts'
import { Panel } from '../ui/panel.tsx'
import { Problem } from '../ui/problem.tsx'

/** More lines than anybody reads in a browser; the newest are kept. */
const MAX_LINES = 5_000
const COLOUR = { info: undefined, warn: 'yellow', error: 'red' } as const

/** Each answer brings only what was written since the one before. */
function useJobLog(project: string, job: string, active: boolean) {
  const client = useTRPCClient()
  const queries = useQueryClient()
  // A job that ends asks once more under a key of its own: its last lines come with its end.
  const queryKey = ['job-log', project, job, active]
  return useQuery({
    queryKey,
    placeholderData: before => before,
    refetchInterval: active ? 1_000 : false,
    queryFn: async (): Promise<JobLog> => {
      let { lines, next } = queries.getQueryData<JobLog>(queryKey) ?? { lines: [], next: 0 }
      for (;;) {
        const more = await client.orchestration.log.query({ project, job, after: next })
        lines = [...lines, ...more.lines].slice(-MAX_LINES)
        if (more.next === next) return { lines, next }
        next = more.next
      }
    },
  })
}

export function JobLogView({ project, job, active }: { project: string; job: string; active: boolean }) {
  const { data, error, refetch } = useJobLog(project, job, active)
  if (error && !data) return <Problem error={error} onRetry={() => refetch()} />
  if (!data) return <Skeleton height={120} radius="md" aria-label="Loading the log" />
  return (
    <Panel title="Log" note={active ? 'follows; times in UTC' : 'times in UTC'}>
      {data.lines.length === 0 ? (
        <Text size="sm" c="dimmed">
          {active ? 'It has written nothing yet.' : 'It wrote nothing.'}
        </Text>
      ) : (
        <section
          aria-label="Log of the job"
          // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard
          tabIndex={0}
          style={{ maxHeight: 420, overflow: 'auto' }}
        >
          {data.lines.map((line, i) => (
            <Text
              // biome-ignore lint/suspicious/noArrayIndexKey: lines are only added at the end
              key={i}
              ff="monospace"
              size="xs"
              c={COLOUR[line.level]}
              style={{ whiteSpace: 'pre-wrap', overflowWrap: 'anywhere' }}
            >
              <Text span inherit c="dimmed">
                {line.at.slice(11, 19)} {line.level === 'info' ? '' : `${line.level} `}
              </Text>
              {line.text}
            </Text>
          ))}
        </section>
      )}
    </Panel>
  )
}
