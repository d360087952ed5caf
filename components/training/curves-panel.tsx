import { Select, Skeleton, Text } from '@mantine/core'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { parseAsString, useQueryState } from 'nuqs'
import type { ReactNode } from 'react'
import type { CurveSeries } from '#server/training/contract.ts'
import { Chart } from '../charts/chart.tsx'
import { usePolling } from '../shell/live-status.ts'
import { useTRPC } from '../trpc.ts'
import { seriesColor } from '../ui/colors.ts'
import { formatNumber } from '../ui/format.ts'
import { Panel } from '../ui/panel.tsx'
import { Problem } from '../ui/problem.tsx'
import { curveSentence, pickKey } from './describe-curve.ts'
import { directionOf, metricLabel } from './labels.ts'
import { colorsOfNumbers } from './run-colors.ts'

/** Points of a line; the server keeps the lowest and highest of each stretch. */
const MOST_POINTS = 1000
const FEWEST_POINTS = 200
/** Points of all lines together: what one page should weigh. */
const POINTS_OF_ALL = 3000

const pointsOf = (lines: number) =>
  Math.max(FEWEST_POINTS, Math.min(MOST_POINTS, Math.floor(POINTS_OF_ALL / Math.max(1, lines))))

export interface ShownRun {
  run: string
  /** Name of the line. */
  label: string
  /** By default that of its number among the runs drawn, else of its place in the list. */
  color?: string
  number?: number
}

/** How a metric moved while training, refreshed while one of the runs is running. */
export function CurvesPanel({
  project,
  runs,
  live,
  metric = null,
  most = runs.length,
  height = 220,
}: {
  project: string
  runs: readonly ShownRun[]
  live: boolean
  /** What the runs are ranked by: its curve is drawn first. */
  metric?: string | null
  /** Draws only the first runs that have a curve. */
  most?: number
  height?: number
}) {
  const trpc = useTRPC()
  const poll = usePolling()
  const [wanted, setWanted] = useQueryState('curve', parseAsString)
  const { data, error, refetch } = useQuery({
    ...trpc.training.curves.queryOptions({
      project,
      runs: runs.map(r => r.run),
      points: pointsOf(Math.min(runs.length, most)),
      ...(most < runs.length ? { most } : {}),
    }),
    enabled: runs.length > 0,
    placeholderData: keepPreviousData,
    refetchInterval: poll(live),
  })
  const keys = [...new Set(data?.items.map(s => s.key))].sort()
  const key = pickKey(keys, wanted, metric)
  const drawn = most < runs.length ? runs.filter(r => data?.items.some(s => s.run === r.run)) : runs
  const colors = colorsOfNumbers(drawn.map((r, i) => r.number ?? i + 1))
  const looks = drawn.map((r, i) => ({ ...r, color: r.color ?? colors[i]! }))
  const shown = (data?.items ?? []).flatMap(s => (s.key === key ? [{ ...s, ...lookOf(looks, s) }] : []))
  return (
    <Panel>
      {error && !data ? (
        <Problem error={error} onRetry={() => refetch()} />
      ) : !data && runs.length > 0 ? (
        <Skeleton height={height + 60} aria-label="Loading the curves" />
      ) : key === null ? (
        <NoCurves hasRuns={runs.length > 0} live={live} />
      ) : (
        <CurveChart
          metric={key}
          series={shown}
          height={height}
          choice={keys.length > 1 ? <KeySelect keys={keys} value={key} onChange={next => setWanted(next)} /> : null}
        />
      )}
    </Panel>
  )
}

function KeySelect({
  keys,
  value,
  onChange,
}: {
  keys: string[]
  value: string
  onChange: (key: string | null) => void
}) {
  return (
    <Select
      size="xs"
      w={150}
      aria-label="Metric of the curve"
      data={keys.map(k => ({ value: k, label: metricLabel(k) }))}
      value={value}
      allowDeselect={false}
      onChange={onChange}
    />
  )
}

function NoCurves({ hasRuns, live }: { hasRuns: boolean; live: boolean }) {
  return (
    <>
      <Text size="sm" fw={600}>
        Training curves
      </Text>
      <Text size="sm" c="dimmed" mt={4}>
        {!hasRuns ? 'Curves appear when a run starts.' : live ? 'No values yet.' : 'These runs have no training curve.'}
      </Text>
    </>
  )
}

/** Name and color of the run that a curve belongs to. */
function lookOf(runs: readonly ShownRun[], series: CurveSeries): { name: string; color: string } {
  const at = runs.findIndex(r => r.run === series.run)
  return { name: runs[at]?.label ?? series.name, color: runs[at]?.color ?? seriesColor(Math.max(0, at)) }
}

function CurveChart({
  metric,
  series,
  choice,
  height,
}: {
  metric: string
  series: (CurveSeries & { color: string })[]
  choice: ReactNode
  height: number
}) {
  const drawn = series.reduce((sum, s) => sum + s.points.length, 0)
  const total = series.reduce((sum, s) => sum + s.total, 0)
  return (
    <Chart
      kind="line"
      title={choice ? 'Learning curve' : metricLabel(metric)}
      actions={choice}
      summary={curveSentence(series, directionOf(metric))}
      badge={total > drawn ? `${drawn.toLocaleString('en')} of ${total.toLocaleString('en')} points` : undefined}
      series={series.map(({ name, color, points }) => ({
        name,
        color,
        points: points.map(p => ({ x: p.step, y: p.value })),
      }))}
      x={{ label: 'step', format: formatNumber }}
      y={{ label: metricLabel(metric), format: formatNumber }}
      height={height}
    />
  )
}
