'use client'
import { Stack } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { parseAsArrayOf, parseAsString, useQueryState } from 'nuqs'
import { isActive } from '#server/kernel/contract.ts'
import type { Comparison } from '#server/training/contract.ts'
import { MAX_OVERLAID } from '#server/training/states/contract.ts'
import { usePolling } from '../shell/live-status.ts'
import { useTRPC } from '../trpc.ts'
import { EmptyState } from '../ui/empty-state.tsx'
import { LoadingPage, PageHeader } from '../ui/page-header.tsx'
import { Panel } from '../ui/panel.tsx'
import { paths } from '../ui/paths.ts'
import { Problem } from '../ui/problem.tsx'
import { ComparisonTable } from './comparison-table.tsx'
import { CurvesPanel } from './curves-panel.tsx'
import { comparisonSentence } from './labels.ts'
import { OverlaidCurves } from './overlaid-curves.tsx'
import { colorsOfNumbers } from './run-colors.ts'

/** Runs next to each other: metrics with their differences, settings, curves. */
export function ComparePage({ project }: { project: string }) {
  const trpc = useTRPC()
  const poll = usePolling()
  const [runs] = useQueryState('runs', parseAsArrayOf(parseAsString).withDefault([]))
  const { data, error, refetch } = useQuery({
    ...trpc.training.compare.queryOptions({ project, runs }),
    enabled: runs.length >= 2,
    refetchInterval: query => poll(query.state.data?.runs.some(run => isActive(run.status)) ?? false),
  })
  if (runs.length < 2)
    return (
      <Stack gap="md">
        <PageHeader title="Compare runs" sentence="Choose two or more runs." />
        <EmptyState
          title="Choose runs to compare"
          link={{ href: paths.training(project), label: 'Open the experiments' }}
        >
          Select two or more runs in an experiment’s table, then choose Compare.
        </EmptyState>
      </Stack>
    )
  if (error && !data) return <Problem error={error} onRetry={() => refetch()} />
  if (!data) return <LoadingPage title="Compare runs" label="Loading the runs" height={320} />
  return <Loaded project={project} comparison={data} />
}

function Loaded({ project, comparison }: { project: string; comparison: Comparison }) {
  const { runs } = comparison
  const trpc = useTRPC()
  const finished = runs.filter(run => run.status === 'succeeded').slice(0, MAX_OVERLAID)
  const { data: overlay } = useQuery(
    trpc.training.overlay.queryOptions(
      { project, runs: finished.map(run => run.run) },
      // A finished run never changes: live updates do not fetch it again.
      { enabled: finished.length > 0, staleTime: 'static' },
    ),
  )
  const overlaid = runs.map(run => overlay?.items.find(item => item.run === run.run))
  const intervals = overlaid.map(item => item?.intervals)
  const oneExperiment = runs.every(run => run.experiment === runs[0]!.experiment)
  const colors = colorsOfNumbers(runs.map(run => run.number))
  const labels = runs.map(run => (oneExperiment ? `#${run.number}` : `${run.experiment} #${run.number}`))
  return (
    <Stack gap="md">
      <PageHeader title={`Compare ${runs.length} runs`} sentence={comparisonSentence(comparison)} />
      <Panel flush title="Metrics and settings" note={`differences from ${labels[0]} on the same validation rows`}>
        <ComparisonTable project={project} comparison={comparison} labels={labels} intervals={intervals} />
      </Panel>
      <CurvesPanel
        project={project}
        runs={runs.map((run, i) => ({ run: run.run, label: labels[i]!, color: colors[i] }))}
        live={runs.some(run => isActive(run.status))}
        metric={comparison.metric}
      />
      {overlay?.class != null ? (
        <OverlaidCurves
          of={overlay.class}
          runs={overlaid.flatMap((item, i) => (item ? [{ ...item, label: labels[i]!, color: colors[i]! }] : []))}
        />
      ) : null}
    </Stack>
  )
}
