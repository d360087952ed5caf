import { Select, Skeleton, Text } from '@mantine/core'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { parseAsString, useQueryState } from 'nuqs'
import type { ReactNode } from 'react'
import type { CurveSeries } from '#server/training/contract.ts'
import { LineChart } from '../charts/line-chart.tsx'
import { useTRPC } from '../trpc.ts'
import { formatNumber } from '../ui/format.ts'
import { Panel } from '../ui/panel.tsx'
import { Problem } from '../ui/problem.tsx'
import { curveSentence, pickKey } from './describe-curve.ts'
import { directionOf, metricLabel } from './labels.ts'

const POINTS = 400
const LIVE_MS = 2000

/** How a metric moved while training: of the runs asked for, refreshed while one of them runs. */
export function CurvesPanel({
  project,
  runs,
  live,
  metric = null,
  height = 220,
}: {
  project: string
  /** In the order of their colours; `label` names the line. */
  runs: readonly { run: string; label: string }[]
  live: boolean
  /** What the runs are ranked by: its curve is drawn first. */
  metric?: string | null
  height?: number
}) {
  const trpc = useTRPC()
  const [wanted, setWanted] = useQueryState('curve', parseAsString)
  const { data, error, refetch } = useQuery({
    ...trpc.training.curves.queryOptions({ project, runs: runs.map(r => r.run), points: POINTS }),
    enabled: runs.length > 0,
    placeholderData: keepPreviousData,
    refetchInterval: live ? LIVE_MS : false,
  })
  const keys = [...new Set(data?.items.map(s => s.key))].sort()
  const key = pickKey(keys, wanted, metric)
  const shown = (data?.items ?? []).flatMap(s =>
    s.key === key ? [{ ...s, name: runs.find(r => r.run === s.run)?.label ?? s.name }] : [],
  )
  return (
    <Panel>
      {error && !data ? (
        <Problem error={error} onRetry={() => refetch()} />
      ) : !data && runs.length > 0 ? (
        <Skeleton height={height + 60} aria-label="Loading the curves" />
      ) : key === null ? (
        <>
          <Text size="sm" fw={600}>
            Training curves
          </Text>
          <Text size="sm" c="dimmed" mt={4}>
            {runs.length === 0
              ? 'Curves are drawn here as soon as a run has started.'
              : live
                ? 'Nothing is reported yet; the curve appears here by itself.'
                : 'These runs were fitted in one go: there is no curve to draw.'}
          </Text>
        </>
      ) : (
        <CurveChart
          metric={key}
          series={shown}
          height={height}
          choice={
            keys.length > 1 ? (
              <Select
                size="xs"
                w={150}
                aria-label="Curve to draw"
                data={keys.map(k => ({ value: k, label: metricLabel(k) }))}
                value={key}
                allowDeselect={false}
                onChange={next => setWanted(next)}
              />
            ) : null
          }
        />
      )}
    </Panel>
  )
}

function CurveChart({
  metric,
  series,
  choice,
  height,
}: {
  metric: string
  series: CurveSeries[]
  choice: ReactNode
  height: number
}) {
  const drawn = series.reduce((sum, s) => sum + s.points.length, 0)
  const total = series.reduce((sum, s) => sum + s.total, 0)
  return (
    <LineChart
      title={choice ? 'Learning curve' : metricLabel(metric)}
      actions={choice}
      xLabel="step"
      summary={curveSentence(series, directionOf(metric))}
      badge={total > drawn ? `${drawn.toLocaleString('en')} of ${total.toLocaleString('en')} points` : undefined}
      series={series.map(s => ({ name: s.name, points: s.points.map(p => ({ x: p.step, y: p.value })) }))}
      xWords={x => formatNumber(x)}
      yWords={formatNumber}
      height={height}
    />
  )
}
