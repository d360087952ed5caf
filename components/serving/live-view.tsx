import { Grid, Paper, Skeleton } from '@mantine/core'
import { Problem } from '../ui/problem.tsx'
import { useStats } from './client.ts'
import { LiveChart } from './live-chart.tsx'
import { latencyWords, rateWords } from './words.ts'

const MINUTES = 15

/** Rate and latency of the last quarter of an hour, moving. */
export function LiveView({ project, endpoint }: { project: string; endpoint: string }) {
  const { data, error } = useStats(project, endpoint, MINUTES)
  if (error && !data) return <Problem error={error} />
  if (!data) return <Skeleton height={140} radius="md" aria-label="Loading the traffic" />
  // The newest bucket is still being filled.
  const points = data.points.slice(0, -1)
  const requests = points.reduce((sum, p) => sum + p.requests, 0)
  const errors = points.reduce((sum, p) => sum + p.errors, 0)
  const slowest = Math.max(0, ...points.map(p => p.p99Ms ?? 0))
  return (
    <Grid>
      <Grid.Col span={{ base: 12, md: 6 }}>
        <Paper withBorder radius="md" p="md">
          <LiveChart
            title="Requests"
            summary={`${requests.toLocaleString('en')} requests in the last ${MINUTES} minutes, ${errors === 0 ? 'none' : errors.toLocaleString('en')} refused.`}
            points={points}
            words={rateWords}
            series={[
              { name: 'all', colour: 'blue', value: p => p.ratePerSecond },
              ...(errors > 0
                ? [
                    {
                      name: 'refused',
                      colour: 'red',
                      value: (p: (typeof points)[number]) => p.errors / data.bucketSeconds,
                    },
                  ]
                : []),
            ]}
          />
        </Paper>
      </Grid.Col>
      <Grid.Col span={{ base: 12, md: 6 }}>
        <Paper withBorder radius="md" p="md">
          <LiveChart
            title="Latency"
            summary={
              requests === 0
                ? 'No request came, so there is no latency.'
                : `The slowest ten seconds had a 99th percentile of ${latencyWords(slowest)}.`
            }
            points={points}
            words={latencyWords}
            series={[
              { name: 'p99', colour: 'orange', value: p => p.p99Ms },
              { name: 'p50', colour: 'blue', value: p => p.p50Ms },
            ]}
          />
        </Paper>
      </Grid.Col>
    </Grid>
  )
}
