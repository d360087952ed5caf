'use client'
import { Anchor, Button, Group, MultiSelect, Skeleton, Stack, Text, TextInput } from '@mantine/core'
import { IconPlus, IconSearch } from '@tabler/icons-react'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import Link from 'next/link'
import { parseAsArrayOf, parseAsBoolean, parseAsString, parseAsStringLiteral, useQueryStates } from 'nuqs'
import { useCallback, useMemo, useState } from 'react'
import { type ExperimentDetail, MAX_COMPARED, RUN_STATES } from '#server/training/contract.ts'
import { useMay } from '../access/allowed.tsx'
import { useTRPC } from '../trpc.ts'
import { EmptyState } from '../ui/empty-state.tsx'
import { formatCount } from '../ui/format.ts'
import { PageHeader } from '../ui/page-header.tsx'
import { Panel } from '../ui/panel.tsx'
import { paths } from '../ui/paths.ts'
import { Problem } from '../ui/problem.tsx'
import { CurvesPanel } from './curves-panel.tsx'
import classes from './experiment-page.module.css'
import { filterRuns, SORTS, type Sort, sortRuns } from './filter-runs.ts'
import { experimentSentence, formatRunCounts } from './labels.ts'
import { OverviewPanels } from './overview-panels.tsx'
import { RegisterDialog } from './register-dialog.tsx'
import { RunsTable } from './runs-table.tsx'

const LIVE_MS = 2000
const TOP = 5

const view = {
  find: parseAsString.withDefault(''),
  trainer: parseAsArrayOf(parseAsString).withDefault([]),
  state: parseAsArrayOf(parseAsString).withDefault([]),
  sort: parseAsStringLiteral(SORTS).withDefault('measured'),
  reverse: parseAsBoolean.withDefault(false),
  chosen: parseAsArrayOf(parseAsString).withDefault([]),
}

/** One experiment: its runs from best to worst with how sure that is, and how they learnt. */
export function ExperimentPage({ project, experiment }: { project: string; experiment: string }) {
  const trpc = useTRPC()
  const { data, error, refetch } = useQuery({
    ...trpc.training.show.queryOptions({ project, experiment }),
    refetchInterval: query => (query.state.data?.status === 'running' ? LIVE_MS : false),
  })
  if (error && !data) return <Problem error={error} onRetry={() => refetch()} />
  if (!data)
    return (
      <Stack gap="md">
        <PageHeader title={experiment} sentence=" " />
        <Skeleton height={360} radius="md" aria-label="Loading the experiment" />
      </Stack>
    )
  return <Loaded project={project} experiment={data} />
}

function Loaded({ project, experiment }: { project: string; experiment: ExperimentDetail }) {
  const [state, setState] = useQueryStates(view)
  const chosen = useMemo(() => new Set(state.chosen), [state.chosen])
  const shown = useMemo(
    () =>
      sortRuns(
        filterRuns(experiment.items, { find: state.find, trainers: state.trainer, states: state.state }),
        state.sort,
        state.reverse,
        experiment.direction,
      ),
    [experiment, state.find, state.trainer, state.state, state.sort, state.reverse],
  )
  const onChoose = useCallback(
    (run: string, on: boolean) =>
      setState(now => ({
        chosen: on ? [...now.chosen, run].slice(-MAX_COMPARED) : now.chosen.filter(other => other !== run),
      })),
    [setState],
  )
  const onSort = (sort: Sort) => setState(now => ({ sort, reverse: now.sort === sort ? !now.reverse : false }))
  const known = new Set(experiment.items.map(run => run.run))
  const compared = state.chosen.filter(run => known.has(run))
  const begun = sortRuns(experiment.items, 'measured', false, experiment.direction).filter(
    run => run.startedAt !== null,
  )
  const drawn = (compared.length > 0 ? experiment.items.filter(run => chosen.has(run.run)) : begun.slice(0, TOP)).map(
    run => ({ run: run.run, label: `#${run.number}` }),
  )
  const trainers = [...new Set(experiment.items.map(run => run.trainer))].sort()
  const filtered = shown.length < experiment.items.length
  return (
    <Stack gap="md">
      <PageHeader
        title={experiment.experiment}
        sentence={
          <>
            {experiment.target ? (
              <>
                Target{' '}
                <Text span fw={600} c="var(--mantine-color-text)" size="sm">
                  {experiment.target}
                </Text>
              </>
            ) : null}
            {experiment.dataset ? (
              <>
                {' '}
                from{' '}
                <Anchor
                  component={Link}
                  href={paths.dataset(project, experiment.dataset, { v: experiment.version })}
                  size="sm"
                >
                  {experiment.dataset} v{experiment.version}
                </Anchor>
                .{' '}
              </>
            ) : null}
            {experimentSentence(experiment)}
          </>
        }
        actions={<Actions project={project} experiment={experiment} compared={compared} />}
      />
      {experiment.items.length === 0 ? (
        <EmptyState
          title="No run here yet"
          action={
            <Button component={Link} href={paths.newExperiment(project)}>
              New experiment
            </Button>
          }
        >
          Runs appear here when training is launched into this experiment, or when a script logs them.
        </EmptyState>
      ) : (
        <>
          <Group gap="xs" align="flex-end">
            <TextInput
              aria-label="Find runs"
              placeholder="Find runs: number, trainer, setting, reason"
              leftSection={<IconSearch size={14} aria-hidden />}
              size="xs"
              style={{ flex: '1 1 220px' }}
              value={state.find}
              onChange={e => setState({ find: e.currentTarget.value || null })}
            />
            <MultiSelect
              aria-label="Trainers"
              placeholder={state.trainer.length === 0 ? 'All trainers' : undefined}
              size="xs"
              w={{ base: '100%', xs: 200 }}
              data={trainers}
              value={state.trainer}
              onChange={trainer => setState({ trainer: trainer.length > 0 ? trainer : null })}
              clearable
            />
            <MultiSelect
              aria-label="States"
              placeholder={state.state.length === 0 ? 'All states' : undefined}
              size="xs"
              w={{ base: '100%', xs: 180 }}
              data={[...RUN_STATES]}
              value={state.state}
              onChange={states => setState({ state: states.length > 0 ? states : null })}
              clearable
            />
          </Group>
          <div className={classes.columns}>
            <Panel flush>
              <RunsTable
                project={project}
                runs={shown}
                metric={experiment.metric}
                direction={experiment.direction}
                chosen={chosen}
                onChoose={onChoose}
                sorting={{ sort: state.sort, reverse: state.reverse, onSort }}
              />
              <Text
                size="sm"
                c="dimmed"
                px="md"
                py={8}
                style={{ borderTop: '1px solid var(--mantine-color-default-border)' }}
              >
                {shown.length === 0
                  ? 'No run fits the filter.'
                  : filtered
                    ? `${shown.length} of ${formatCount(experiment.items.length, 'run')} fit the filter.`
                    : `${formatCount(experiment.items.length, 'run')}: ${formatRunCounts(experiment.runs)}.`}
              </Text>
            </Panel>
            <CurvesPanel
              project={project}
              runs={drawn}
              live={experiment.status === 'running'}
              metric={experiment.metric}
            />
          </div>
          <OverviewPanels runs={experiment.items} metric={experiment.metric} direction={experiment.direction} />
        </>
      )}
    </Stack>
  )
}

function Actions({
  project,
  experiment,
  compared,
}: {
  project: string
  experiment: ExperimentDetail
  compared: string[]
}) {
  const trpc = useTRPC()
  const queries = useQueryClient()
  const [registering, setRegistering] = useState(false)
  const mayTrain = useMay(project, 'training:write')
  const cancel = useMutation(trpc.training.cancel.mutationOptions())
  const best = experiment.items.find(run => run.best)
  const moving = experiment.items.filter(run => run.status === 'running' || run.status === 'queued')
  const cancelAll = async () => {
    await Promise.allSettled(moving.map(run => cancel.mutateAsync({ project, run: run.run })))
    await queries.invalidateQueries(trpc.training.pathFilter())
  }
  return (
    <>
      {mayTrain && moving.length > 0 ? (
        <Button variant="default" onClick={cancelAll} loading={cancel.isPending}>
          Cancel {moving.length === 1 ? 'the run' : `all ${moving.length}`}
        </Button>
      ) : null}
      {mayTrain && experiment.dataset && experiment.target ? (
        <Button
          component={Link}
          variant="default"
          leftSection={<IconPlus size={14} aria-hidden />}
          href={paths.newExperiment(project, {
            data: `${experiment.dataset}@${experiment.version}`,
            target: experiment.target,
            name: experiment.experiment,
          })}
        >
          Add runs
        </Button>
      ) : null}
      {compared.length >= 2 ? (
        <Button component={Link} variant="default" href={paths.compare(project, compared)}>
          Compare {compared.length}
        </Button>
      ) : null}
      {mayTrain && best ? <Button onClick={() => setRegistering(true)}>Register #{best.number}</Button> : null}
      {best && registering ? (
        <RegisterDialog
          project={project}
          run={best}
          suggested={experiment.experiment}
          opened
          onClose={() => setRegistering(false)}
        />
      ) : null}
      {cancel.error ? <Problem error={cancel.error} /> : null}
    </>
  )
}
