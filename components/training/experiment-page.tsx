'use client'
import { Anchor, Button, Stack, Text } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { IconPlus } from '@tabler/icons-react'
import { useMutation, useQuery } from '@tanstack/react-query'
import dynamic from 'next/dynamic'
import Link from 'next/link'
import { parseAsArrayOf, parseAsString, useQueryState } from 'nuqs'
import { useCallback } from 'react'
import { isActive } from '#server/kernel/contract.ts'
import type { ExperimentDetail } from '#server/training/contract.ts'
import { MAX_COMPARED } from '#server/training/states/contract.ts'
import { useMay } from '../access/allowed.tsx'
import { usePolling } from '../shell/live-status.ts'
import { useTRPC } from '../trpc.ts'
import { EmptyState } from '../ui/empty-state.tsx'
import { LoadingPage, PageHeader } from '../ui/page-header.tsx'
import { paths } from '../ui/paths.ts'
import { Problem } from '../ui/problem.tsx'
import { ClassWarnings } from './class-warnings.tsx'
import { CurvesPanel } from './curves-panel.tsx'
import classes from './experiment-page.module.css'
import { sortRuns } from './filter-runs.ts'
import { experimentSentence } from './labels.ts'
import { OverviewPanels } from './overview-panels.tsx'
import { RunsTable } from './runs-table.tsx'

/** Lines drawn. */
const TOP = 5
// The form and its checks load when the dialog opens.
const RegisterDialog = dynamic(() => import('./register-dialog.tsx').then(m => m.RegisterDialog), { ssr: false })

/** One experiment: its runs ranked with intervals, and their learning curves. */
export function ExperimentPage({ project, experiment }: { project: string; experiment: string }) {
  const trpc = useTRPC()
  const poll = usePolling()
  const { data, error, refetch } = useQuery({
    ...trpc.training.show.queryOptions({ project, experiment }),
    refetchInterval: query => poll(query.state.data?.status === 'running'),
  })
  if (error && !data) return <Problem error={error} onRetry={() => refetch()} />
  if (!data) return <LoadingPage title={experiment} label="Loading the experiment" />
  return <Loaded project={project} experiment={data} />
}

function Loaded({ project, experiment }: { project: string; experiment: ExperimentDetail }) {
  const [chosen, setChosen] = useQueryState('chosen', parseAsArrayOf(parseAsString).withDefault([]))
  const onChoose = useCallback((runs: string[]) => setChosen(runs.length > 0 ? runs : null), [setChosen])
  const known = new Set(experiment.items.map(run => run.run))
  const compared = chosen.filter(run => known.has(run))
  const started = sortRuns(experiment.items, 'measured', false, experiment.direction).filter(
    run => run.startedAt !== null,
  )
  // The best runs may be trees, which have no curve: the best that have one are drawn.
  const picked =
    compared.length > 0 ? experiment.items.filter(run => compared.includes(run.run)) : started.slice(0, MAX_COMPARED)
  const drawn = picked.map(({ run, number }) => ({ run, number, label: `#${number}` }))
  return (
    <Stack gap="md">
      <PageHeader
        title={experiment.experiment}
        sentence={<Sentence project={project} experiment={experiment} />}
        actions={<Actions project={project} experiment={experiment} compared={compared} />}
      />
      {experiment.items.length === 0 ? (
        <EmptyState title="No runs yet" link={{ href: paths.newExperiment(project), label: 'New experiment' }}>
          Runs appear here when training is launched into this experiment, or when a script logs them.
        </EmptyState>
      ) : (
        <>
          <ClassWarnings warnings={experiment.items.find(run => run.best)?.classWarnings ?? []} />
          <div className={classes.columns}>
            <RunsTable project={project} experiment={experiment} chosen={chosen} onChoose={onChoose} />
            <CurvesPanel
              project={project}
              runs={drawn}
              live={experiment.status === 'running'}
              metric={experiment.metric}
              {...(compared.length > 0 ? {} : { most: TOP })}
            />
          </div>
          <OverviewPanels runs={experiment.items} metric={experiment.metric} direction={experiment.direction} />
        </>
      )}
    </Stack>
  )
}

function Sentence({ project, experiment }: { project: string; experiment: ExperimentDetail }) {
  return (
    <>
      {experiment.target ? (
        <>
          Target{' '}
          <Text span fw={600} c="var(--mantine-color-text)" size="sm">
            {experiment.target}
          </Text>
          {experiment.positive ? ` (positive class “${experiment.positive}”)` : null}
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
  const [registering, register] = useDisclosure()
  const mayTrain = useMay(project, 'training:write')
  const cancel = useMutation(trpc.training.cancel.mutationOptions())
  const best = experiment.items.find(run => run.best)
  const active = experiment.items.filter(run => isActive(run.status))
  const cancelAll = async () => {
    await Promise.allSettled(active.map(run => cancel.mutateAsync({ project, run: run.run })))
  }
  return (
    <>
      {mayTrain && active.length > 0 ? (
        <Button variant="default" onClick={cancelAll} loading={cancel.isPending}>
          Cancel {active.length === 1 ? 'the run' : `all ${active.length}`}
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
            positive: experiment.positive ?? experiment.items.find(run => run.positive)?.positive ?? undefined,
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
      {mayTrain && best ? <Button onClick={register.open}>Register #{best.number}</Button> : null}
      {best && registering ? (
        <RegisterDialog
          project={project}
          run={best}
          suggested={experiment.experiment}
          opened
          onClose={register.close}
        />
      ) : null}
      {cancel.error ? <Problem error={cancel.error} /> : null}
    </>
  )
}
