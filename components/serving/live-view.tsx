import { Grid, Skeleton } from '@mantine/core'
import type { StatsPoint } from '#server/serving/contract.ts'
import { Chart } from '../charts/chart.tsx'
import { formatCount, formatRate } from '../ui/format.ts'
import { Panel } from '../ui/panel.tsx'
import { Problem } from '../ui/problem.tsx'
import { useStats } from './client.ts'
import { formatLatency } from './labels.ts'

const MINUTES = 15
const HEIGHT = 190

const formatClock = (ms: number) => new Date(ms).toLocaleTimeString('en-GB', { hour: '2-digit', minute: '2-digit' })

/** Rate and latency of the last 15 minutes, live. */
export function LiveView({ project, endpoint }: { project: string; endpoint: string }) {
  const { data, error } = useStats(project, endpoint, MINUTES)
  if (error && !data) return <Problem error={error} />
  if (!data) return <Skeleton height={240} radius="md" aria-label="Loading the traffic" />
  // The newest bucket is still being filled.
  const points = data.points.slice(0, -1)
  const line = (name: string, value: (p: StatsPoint) => number | null) => ({
    name,
    points: points.map(p => ({ x: Date.parse(p.at), y: value(p) })),
  })
  const requests = points.reduce((sum, p) => sum + p.requests, 0)
  const errors = points.reduce((sum, p) => sum + p.errors, 0)
  const slowest = Math.max(0, ...points.map(p => p.p99Ms ?? 0))
  return (
    <Grid>
      <Grid.Col span={{ base: 12, md: 6 }}>
        <Panel>
          <Chart
            kind="line"
            title="Requests"
            note={`per second, last ${MINUTES} minutes`}
            summary={`${formatCount(requests, 'request')} in the last ${MINUTES} minutes, ${errors === 0 ? 'no errors' : formatCount(errors, 'error')}.`}
            series={[
              line('all', p => p.ratePerSecond),
              ...(errors > 0 ? [line('refused', p => p.errors / data.bucketSeconds)] : []),
            ]}
            x={{ label: 'time', format: formatClock }}
            y={{ label: 'rate', format: rate => formatRate(rate), range: { low: 0 } }}
            height={HEIGHT}
          />
        </Panel>
      </Grid.Col>
      <Grid.Col span={{ base: 12, md: 6 }}>
        <Panel>
          <Chart
            kind="line"
            title="Latency"
            note={`per request, last ${MINUTES} minutes`}
            summary={
              requests === 0
                ? 'No requests.'
                : `The slowest ten seconds had a 99th percentile of ${formatLatency(slowest)}.`
            }
            series={[line('p99', p => p.p99Ms), line('p50', p => p.p50Ms)]}
            x={{ label: 'time', format: formatClock }}
            y={{ label: 'latency', format: formatLatency, range: { low: 0 } }}
            height={HEIGHT}
          />
        </Panel>
      </Grid.Col>
    </Grid>
  )
}
