'use client'
import { Anchor, Badge, Button, Skeleton, Stack, Table, Text } from '@mantine/core'
import { useQueries, useQuery } from '@tanstack/react-query'
import Link from 'next/link'
import { parseAsArrayOf, parseAsString, useQueryState } from 'nuqs'
import { useState } from 'react'
import type { Comparison, Measured, RunSummary } from '#server/training/contract.ts'
import { useTRPC } from '../trpc.ts'
import { EmptyState } from '../ui/empty-state.tsx'
import { formatCount } from '../ui/format.ts'
import { PageHeader } from '../ui/page-header.tsx'
import { Panel } from '../ui/panel.tsx'
import { paths } from '../ui/paths.ts'
import { Problem } from '../ui/problem.tsx'
import classes from './compare-page.module.css'
import { CurvesPanel } from './curves-panel.tsx'
import {
  compareValues,
  comparisonSentence,
  directionOf,
  formatDelta,
  formatMeasured,
  formatRunDuration,
  formatValue,
  metricLabel,
  settingName,
  type Verdict,
} from './labels.ts'
import { OverlaidCurves } from './overlaid-curves.tsx'

const LIVE_MS = 2000
const NOT_SET = '–'
/** Of more runs only the metrics are compared, without the intervals and curves of each. */
const MOST_DETAILED = 12

/** Runs side by side: what differs first, better and worse in words. */
export function ComparePage({ project }: { project: string }) {
  const trpc = useTRPC()
  const [runs] = useQueryState('runs', parseAsArrayOf(parseAsString).withDefault([]))
  const { data, error, refetch } = useQuery({
    ...trpc.training.compare.queryOptions({ project, runs }),
    enabled: runs.length >= 2,
    refetchInterval: query => (query.state.data?.runs.some(isLive) ? LIVE_MS : false),
  })
  if (runs.length < 2)
    return (
      <Stack gap="md">
        <PageHeader title="Compare runs" sentence="Two or more runs are needed." />
        <EmptyState
          title="Choose runs to compare"
          action={
            <Button component={Link} href={paths.training(project)}>
              Open the experiments
            </Button>
          }
        >
          Tick two or more runs in an experiment’s table, then press Compare.
        </EmptyState>
      </Stack>
    )
  if (error && !data) return <Problem error={error} onRetry={() => refetch()} />
  if (!data)
    return (
      <Stack gap="md">
        <PageHeader title="Compare runs" sentence=" " />
        <Skeleton height={320} radius="md" aria-label="Loading the runs" />
      </Stack>
    )
  return <Loaded project={project} comparison={data} />
}

const isLive = (run: RunSummary) => run.status === 'running' || run.status === 'queued'

function Loaded({ project, comparison }: { project: string; comparison: Comparison }) {
  const { runs } = comparison
  const trpc = useTRPC()
  const details = useQueries({
    queries: runs.slice(0, MOST_DETAILED).map(run => ({
      ...trpc.training.run.queryOptions({ project, run: run.run }),
      enabled: run.status === 'succeeded',
    })),
  }).map(query => query.data)
  const intervals = runs.map((_, i) => details[i]?.intervals)
  const oneExperiment = runs.every(run => run.experiment === runs[0]!.experiment)
  const labels = runs.map(run => (oneExperiment ? `#${run.number}` : `${run.experiment} #${run.number}`))
  return (
    <Stack gap="md">
      <PageHeader title={`Compare ${runs.length} runs`} sentence={comparisonSentence(comparison)} />
      <Panel flush title="What differs" note={`deltas against ${labels[0]}`}>
        <ComparisonTable project={project} comparison={comparison} labels={labels} intervals={intervals} />
      </Panel>
      <CurvesPanel
        project={project}
        runs={runs.map((run, i) => ({ run: run.run, label: labels[i]! }))}
        live={runs.some(isLive)}
        metric={comparison.metric}
      />
      <OverlaidCurves
        runs={details.flatMap((run, i) => (run?.curves ? [{ label: labels[i]!, curves: run.curves }] : []))}
      />
    </Stack>
  )
}

function ComparisonTable({
  project,
  comparison: { runs, metric, params, metrics, same },
  labels,
  intervals,
}: {
  project: string
  comparison: Comparison
  labels: string[]
  /** Of every metric, by run; absent until read. */
  intervals: (Record<string, Measured> | undefined)[]
}) {
  const [all, setAll] = useState(false)
  const hidden = same.params.length + same.metrics.length
  const metricNames = Object.keys(metrics).filter(name => name !== metric && (all || !same.metrics.includes(name)))
  const paramNames = Object.keys(params).filter(name => all || !same.params.includes(name))
  const trainersDiffer = runs.some(run => run.trainer !== runs[0]!.trainer)
  return (
    <>
      <Table verticalSpacing={6} horizontalSpacing="xs" miw={100 + 118 * runs.length}>
        <Table.Thead>
          <Table.Tr>
            <Table.Th className={classes.name} />
            {runs.map((run, i) => (
              <Table.Th key={run.run} ta="right">
                <Anchor component={Link} href={paths.run(project, run.run)} ff="monospace" fz={12} fw={600}>
                  {labels[i]}
                </Anchor>
              </Table.Th>
            ))}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {[...(metric ? [metric] : []), ...metricNames].map(name => (
            <MetricRow
              key={name}
              name={name}
              main={name === metric}
              values={runs.map(
                (run, i) =>
                  (name === metric ? run.measured : null) ??
                  intervals[i]?.[name] ?? { value: metrics[name]?.[i] ?? null, low: null, high: null },
              )}
            />
          ))}
          {all || trainersDiffer ? <Row name="trainer" values={runs.map(run => run.trainer)} /> : null}
          {paramNames.map(name => (
            <Row
              key={name}
              name={settingName(name)}
              values={params[name]!.map(value =>
                value === null || value === undefined ? NOT_SET : formatValue(value),
              )}
            />
          ))}
          <Row name="time" values={runs.map(formatRunDuration)} />
          <Row name="state" values={runs.map(run => run.status)} />
        </Table.Tbody>
      </Table>
      {hidden > 0 || !trainersDiffer ? (
        <Text size="sm" c="dimmed" px="md" py={8} component="div">
          {all
            ? 'Everything is shown.'
            : `${formatCount(hidden + (trainersDiffer ? 0 : 1), 'row is', 'rows are')} the same in all.`}{' '}
          <Button size="compact-xs" variant="subtle" onClick={() => setAll(!all)}>
            {all ? 'Only what differs' : 'Show them'}
          </Button>
        </Text>
      ) : null}
    </>
  )
}

function MetricRow({ name, main, values }: { name: string; main: boolean; values: Measured[] }) {
  return (
    <Table.Tr>
      <Table.Th scope="row" fw={main ? 600 : 400} c={main ? undefined : 'dimmed'} className={classes.name}>
        {metricLabel(name)}
      </Table.Th>
      {values.map((measured, i) => {
        const { value, half } = formatMeasured(measured)
        const { verdict, delta } = compareValues(values[0], measured, directionOf(name))
        return (
          // biome-ignore lint/suspicious/noArrayIndexKey: one cell per run, in the order of the runs
          <Cell key={i} first={i === 0} verdict={verdict} delta={delta}>
            <Text span size="sm" fw={main ? 600 : 400}>
              {value}
            </Text>
            {half ? (
              <Text span size="sm" c="dimmed">
                {' '}
                ± {half}
              </Text>
            ) : null}
          </Cell>
        )
      })}
    </Table.Tr>
  )
}

function Row({ name, values }: { name: string; values: string[] }) {
  return (
    <Table.Tr>
      <Table.Th scope="row" fw={400} c="dimmed" className={classes.name}>
        {name}
      </Table.Th>
      {values.map((value, i) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: one cell per run, in the order of the runs
        <Table.Td key={i} ta="right" c={value === NOT_SET ? 'dimmed' : undefined}>
          {value}
        </Table.Td>
      ))}
    </Table.Tr>
  )
}

const COLOURS: Partial<Record<Verdict, string>> = { better: 'green', worse: 'red' }

function Cell({
  first,
  verdict,
  delta,
  children,
}: {
  first: boolean
  verdict: Verdict
  delta: number | null
  children: React.ReactNode
}) {
  const said = !first && verdict !== 'unknown' && verdict !== 'same'
  return (
    <Table.Td ta="right" style={{ whiteSpace: 'nowrap' }}>
      <div>{children}</div>
      {said ? (
        <Text size="xs" c="dimmed" component="div">
          {formatDelta(delta)}{' '}
          {verdict === 'differs' ? null : (
            <Badge size="xs" variant="light" color={COLOURS[verdict] ?? 'gray'} tt="none" fw={500} radius="sm">
              {verdict}
            </Badge>
          )}
        </Text>
      ) : null}
    </Table.Td>
  )
}
