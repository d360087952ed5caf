'use client'
import { Anchor, Badge, Button, Skeleton, Stack, Table, Text } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import Link from 'next/link'
import { parseAsArrayOf, parseAsString, useQueryState } from 'nuqs'
import { useState } from 'react'
import type { Comparison, RunSummary } from '#server/training/contract.ts'
import { useTRPC } from '../trpc.ts'
import { EmptyState } from '../ui/empty-state.tsx'
import { PageHead } from '../ui/page-head.tsx'
import { Panel } from '../ui/panel.tsx'
import { Problem } from '../ui/problem.tsx'
import { countWords, numberWords } from '../ui/words.ts'
import classes from './compare-page.module.css'
import { CurvesPanel } from './curves-panel.tsx'
import { runHref, trainingHref } from './links.ts'
import {
  compareValues,
  comparisonSentence,
  deltaWords,
  directionOf,
  measuredWords,
  metricWords,
  settingName,
  tookWords,
  type Verdict,
  valueWords,
} from './words.ts'

const LIVE_MS = 2000
const NOT_SET = '–'

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
        <PageHead title="Compare runs" sentence="Two or more runs are needed." />
        <EmptyState
          title="Choose runs to compare"
          action={
            <Button component={Link} href={trainingHref(project)}>
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
        <PageHead title="Compare runs" sentence=" " />
        <Skeleton height={320} radius="md" aria-label="Loading the runs" />
      </Stack>
    )
  return <Loaded project={project} comparison={data} />
}

const isLive = (run: RunSummary) => run.status === 'running' || run.status === 'queued'

function Loaded({ project, comparison }: { project: string; comparison: Comparison }) {
  const { runs } = comparison
  const oneExperiment = runs.every(run => run.experiment === runs[0]!.experiment)
  const labels = runs.map(run => (oneExperiment ? `#${run.number}` : `${run.experiment} #${run.number}`))
  return (
    <Stack gap="md">
      <PageHead title={`Compare ${runs.length} runs`} sentence={comparisonSentence(comparison)} />
      <Panel flush title="What differs" note={`deltas against ${labels[0]}`}>
        <ComparisonTable project={project} comparison={comparison} labels={labels} />
      </Panel>
      <CurvesPanel
        project={project}
        runs={runs.map((run, i) => ({ run: run.run, label: labels[i]! }))}
        live={runs.some(isLive)}
        metric={comparison.metric}
      />
    </Stack>
  )
}

function ComparisonTable({
  project,
  comparison: { runs, metric, params, metrics, same },
  labels,
}: {
  project: string
  comparison: Comparison
  labels: string[]
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
                <Anchor component={Link} href={runHref(project, run.run)} ff="monospace" fz={12} fw={600}>
                  {labels[i]}
                </Anchor>
              </Table.Th>
            ))}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {metric ? (
            <Table.Tr>
              <Table.Th scope="row" fw={600} className={classes.name}>
                {metricWords(metric)}
              </Table.Th>
              {runs.map((run, i) => {
                const { value, half } = measuredWords(run.measured)
                const { verdict, delta } = compareValues(runs[0]!.measured, run.measured, directionOf(metric))
                return (
                  <Cell key={run.run} first={i === 0} verdict={verdict} delta={delta}>
                    <Text span size="sm" fw={600}>
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
          ) : null}
          {metricNames.map(name => (
            <Table.Tr key={name}>
              <Table.Th scope="row" fw={400} c="dimmed" className={classes.name}>
                {metricWords(name)}
              </Table.Th>
              {metrics[name]!.map((value, i) => (
                <Cell
                  key={runs[i]!.run}
                  first={i === 0}
                  {...compareValues(metrics[name]![0], value, directionOf(name))}
                >
                  {numberWords(value)}
                </Cell>
              ))}
            </Table.Tr>
          ))}
          {all || trainersDiffer ? <Row name="trainer" values={runs.map(run => run.trainer)} /> : null}
          {paramNames.map(name => (
            <Row
              key={name}
              name={settingName(name)}
              values={params[name]!.map(value => (value === null || value === undefined ? NOT_SET : valueWords(value)))}
            />
          ))}
          <Row name="time" values={runs.map(tookWords)} />
          <Row name="state" values={runs.map(run => run.status)} />
        </Table.Tbody>
      </Table>
      {hidden > 0 || !trainersDiffer ? (
        <Text size="sm" c="dimmed" px="md" py={8} component="div">
          {all
            ? 'Everything is shown.'
            : `${countWords(hidden + (trainersDiffer ? 0 : 1), 'row is', 'rows are')} the same in all.`}{' '}
          <Button size="compact-xs" variant="subtle" onClick={() => setAll(!all)}>
            {all ? 'Only what differs' : 'Show them'}
          </Button>
        </Text>
      ) : null}
    </>
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
          {deltaWords(delta)}{' '}
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
