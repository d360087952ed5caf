import { Skeleton } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { Chart } from '../charts/chart.tsx'
import { ErrorChart } from '../monitoring/error-chart.tsx'
import { SAMPLE_MS } from '../shell/live-status.ts'
import { useTRPC } from '../trpc.ts'
import { formatCount, formatRate } from '../ui/format.ts'
import { Panel } from '../ui/panel.tsx'

const MINUTES = 60

const formatClock = (ms: number) => new Date(ms).toLocaleTimeString('en-GB', { hour: '2-digit', minute: '2-digit' })

/** Measured error of the served model, once labels have arrived. */
export function ServedError({ project, endpoint }: { project: string; endpoint: string }) {
  const trpc = useTRPC()
  const { data } = useQuery(trpc.monitoring.status.queryOptions({ project, endpoint, grain: 'month' }))
  if (!data) return <Skeleton height={260} radius="md" aria-label="Loading the measured error" />
  return (
    <Panel>
      <ErrorChart status={data} />
    </Panel>
  )
}

export function ServedTraffic({ project, endpoint }: { project: string; endpoint: string }) {
  const trpc = useTRPC()
  const { data } = useQuery(
    trpc.serving.stats.queryOptions({ project, endpoint, minutes: MINUTES }, { refetchInterval: SAMPLE_MS.overview }),
  )
  if (!data) return <Skeleton height={260} radius="md" aria-label="Loading the traffic" />
  const requests = data.points.reduce((sum, p) => sum + p.requests, 0)
  const errors = data.points.reduce((sum, p) => sum + p.errors, 0)
  return (
    <Panel>
      <Chart
        kind="line"
        title="Traffic"
        note={`requests per second on ${endpoint}, last hour`}
        summary={
          requests === 0
            ? 'No requests in the last hour.'
            : `${formatCount(requests, 'request')} in the last hour, ${errors === 0 ? 'no errors' : formatCount(errors, 'error')}.`
        }
        series={[
          {
            name: 'requests',
            // The newest bucket is still being filled.
            points: data.points.slice(0, -1).map(p => ({ x: Date.parse(p.at), y: p.ratePerSecond })),
          },
        ]}
        x={{ label: 'time', format: formatClock }}
        y={{ label: 'requests', format: rate => formatRate(rate), range: { low: 0 } }}
        height={220}
      />
    </Panel>
  )
}
