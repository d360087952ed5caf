'use client'
import { Alert, Button, Grid, Select, Skeleton, Stack, Text } from '@mantine/core'
import { useMutation, useQuery } from '@tanstack/react-query'
import { useRouter } from 'next/navigation'
import { parseAsString, useQueryStates } from 'nuqs'
import { Allowed } from '../access/allowed.tsx'
import { formatMeasured, formatParameters, metricLabel } from '../training/labels.ts'
import { useTRPC } from '../trpc.ts'
import { EmptyState } from '../ui/empty-state.tsx'
import { formatCount } from '../ui/format.ts'
import { PageHeader } from '../ui/page-header.tsx'
import { Panel } from '../ui/panel.tsx'
import { paths } from '../ui/paths.ts'
import { Problem } from '../ui/problem.tsx'

const known = { experiment: parseAsString, run: parseAsString, data: parseAsString, version: parseAsString }

/** What is chosen, from the URL or where there is one choice only, and what can be chosen. */
function useChoice(project: string) {
  const trpc = useTRPC()
  const [choice, setChoice] = useQueryStates(known)
  const experiments = useQuery(trpc.training.list.queryOptions({ project }))
  const datasets = useQuery(trpc.data.list.queryOptions({ project }))
  const given = useQuery({
    ...trpc.training.run.queryOptions({ project, run: choice.run ?? '' }),
    enabled: choice.run !== null,
    retry: false,
  })
  const withDone = experiments.data?.items.filter(e => e.runs.succeeded > 0) ?? []
  const experiment =
    choice.experiment ?? given.data?.experiment ?? (withDone.length === 1 ? withDone[0]!.experiment : null)
  const shown = useQuery({
    ...trpc.training.show.queryOptions({ project, experiment: experiment ?? '' }),
    enabled: experiment !== null,
  })
  const runs = shown.data?.items.filter(r => r.status === 'succeeded' && r.digest !== null) ?? []
  const run =
    runs.find(r => r.run === choice.run || r.id === choice.run) ?? (choice.run ? undefined : runs.find(r => r.best))
  const items = datasets.data?.items ?? []
  const data = choice.data ?? (items.length === 1 ? items[0]!.dataset : null)
  const dataset = useQuery({ ...trpc.data.show.queryOptions({ project, dataset: data ?? '' }), enabled: data !== null })
  const versions = dataset.data?.versions ?? []
  const version = versions.find(v => String(v.version) === choice.version) ?? versions[0]
  const failure = experiments.error ?? datasets.error
  const isPending = experiments.isPending || datasets.isPending
  const problems = { run: given.error, data: dataset.error }
  return {
    setChoice,
    withDone,
    experiment,
    shown: shown.data,
    runs,
    run,
    items,
    data,
    versions,
    version,
    failure,
    isPending,
    problems,
  }
}

/** Chooses a run and a dataset version; both are in the URL. */
export function NewEvaluation({ project }: { project: string }) {
  const choice = useChoice(project)
  const { withDone, failure, isPending } = choice
  return (
    <Stack gap="md">
      <PageHeader title="New evaluation" sentence="Choose a run and the data to evaluate it on." />
      {failure ? <Problem error={failure} /> : null}
      {isPending ? (
        <Skeleton height={260} radius="md" aria-label="Loading runs and datasets" />
      ) : withDone.length === 0 ? (
        <EmptyState title="No succeeded runs" link={{ href: paths.training(project), label: 'Go to training' }}>
          Train a model first: an evaluation needs a succeeded run.
        </EmptyState>
      ) : (
        <Grid gap="md">
          <Grid.Col span={{ base: 12, md: 7 }}>
            <Stack gap="md">
              <ModelPanel choice={choice} />
              <DataPanel choice={choice} />
            </Stack>
          </Grid.Col>
          <Grid.Col span={{ base: 12, md: 5 }}>
            <Summary project={project} choice={choice} />
          </Grid.Col>
        </Grid>
      )}
    </Stack>
  )
}

type Choice = ReturnType<typeof useChoice>

function ModelPanel({ choice }: { choice: Choice }) {
  const { withDone, experiment, runs, run, setChoice, problems } = choice
  return (
    <Panel title="1. Model">
      <Stack gap="sm">
        <Select
          label="Experiment"
          placeholder="Choose an experiment"
          searchable
          data={withDone.map(e => e.experiment)}
          value={experiment}
          onChange={next => setChoice({ experiment: next, run: null })}
        />
        <Select
          label="Run"
          placeholder={experiment ? 'Choose a run' : 'Choose an experiment first'}
          searchable
          disabled={experiment === null}
          data={runs.map(r => {
            const { value, half } = formatMeasured(r.measured)
            return {
              value: r.run,
              label: `#${r.number} ${r.trainer}, ${value}${half ? ` ± ${half}` : ''}${r.best ? ' (best)' : ''}`,
            }
          })}
          value={run?.run ?? null}
          onChange={next => setChoice({ run: next, experiment })}
        />
        {run ? (
          <Text size="sm" c="dimmed">
            {formatParameters(run)}
          </Text>
        ) : null}
        {problems.run ? <Problem error={problems.run} /> : null}
      </Stack>
    </Panel>
  )
}

function DataPanel({ choice }: { choice: Choice }) {
  const { items, data, versions, version, setChoice, problems } = choice
  return (
    <Panel title="2. Data">
      <Stack gap="sm">
        <Select
          label="Dataset"
          placeholder="Choose a dataset"
          searchable
          data={items.map(i => i.dataset)}
          value={data}
          onChange={next => setChoice({ data: next, version: null })}
        />
        <Select
          label="Version"
          disabled={versions.length === 0}
          data={versions.map(v => ({
            value: String(v.version),
            label: `v${v.version}, ${formatCount(v.rows, 'row')}`,
          }))}
          value={version ? String(version.version) : null}
          onChange={next => setChoice({ version: next, data })}
        />
        {problems.data ? <Problem error={problems.data} /> : null}
      </Stack>
    </Panel>
  )
}

/** What is evaluated on what, and the button that starts it. */
function Summary({ project, choice }: { project: string; choice: Choice }) {
  const trpc = useTRPC()
  const router = useRouter()
  const { shown, run, data, version } = choice
  const start = useMutation(
    trpc.evaluation.start.mutationOptions({
      onSuccess: ({ id }) => router.push(paths.evaluation(project, id)),
    }),
  )
  const seen =
    shown && version && shown.dataset === data && shown.version === version.version
      ? `${data} v${version.version} includes training rows of ${run?.name ?? 'the run'}; metrics are optimistic.`
      : null
  return (
    <Panel title="Summary">
      <Stack gap="sm">
        <Text size="sm">
          {run && version
            ? `${run.name} predicts ${formatCount(version.rows, 'row')} of ${data} v${version.version}. Every metric is computed with its 95 % interval${shown?.metric ? `, ${metricLabel(shown.metric)} first` : ''} and compared with the validation rows.`
            : 'Choose a run and a dataset.'}
        </Text>
        {seen ? (
          <Alert color="yellow" variant="light">
            {seen}
          </Alert>
        ) : null}
        {start.error ? <Problem error={start.error} /> : null}
        <Allowed project={project} to="evaluation:write" explain>
          <Button
            disabled={!run || !version || !data}
            loading={start.isPending || start.isSuccess}
            onClick={() =>
              run && version && data && start.mutate({ project, run: run.run, data: `${data}@${version.version}` })
            }
          >
            Evaluate
          </Button>
        </Allowed>
      </Stack>
    </Panel>
  )
}
