'use client'
import { Alert, Button, Grid, NumberInput, SegmentedControl, Select, Skeleton, Stack, Text } from '@mantine/core'
import { IconAlertTriangle } from '@tabler/icons-react'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import Link from 'next/link'
import { useRouter } from 'next/navigation'
import { parseAsArrayOf, parseAsInteger, parseAsString, useQueryStates } from 'nuqs'
import { type ReactNode, useState } from 'react'
import type { LaunchOptions } from '#server/training/contract.ts'
import { MAX_TRIALS } from '#server/training/states/contract.ts'
import { Allowed } from '../access/allowed.tsx'
import { useTRPC } from '../trpc.ts'
import { EmptyState } from '../ui/empty-state.tsx'
import { formatCount } from '../ui/format.ts'
import { PageHeader } from '../ui/page-header.tsx'
import { Panel } from '../ui/panel.tsx'
import { paths } from '../ui/paths.ts'
import { Problem } from '../ui/problem.tsx'
import { type Advanced, AdvancedSettings } from './advanced-settings.tsx'
import { describeLeak, describePlan, leaksOf, suggestedRuns } from './describe-plan.ts'
import { directionLabel, TASK_WORDS } from './labels.ts'
import classes from './new-experiment.module.css'

const known = {
  data: parseAsString,
  target: parseAsString,
  name: parseAsString,
  trainers: parseAsArrayOf(parseAsString),
  seed: parseAsInteger,
}

const AUTOML = 'automl'
/** Enough for most tables of up to 100,000 rows. */
const AUTOML_MINUTES = 5

/** Four choices and a button; whatever else can be chosen has a good default. */
export function NewExperiment({ project }: { project: string }) {
  const trpc = useTRPC()
  const datasets = useQuery(trpc.data.list.queryOptions({ project }))
  const [choice, setChoice] = useQueryStates(known)
  const items = datasets.data?.items ?? []
  const data = choice.data ?? (items.length === 1 ? items[0]!.dataset : null)
  const shown = useQuery({ ...trpc.data.show.queryOptions({ project, dataset: data ?? '' }), enabled: data !== null })
  const schema = shown.data?.schema ?? []
  const target = choice.target ?? schema.find(c => c.role === 'target')?.name ?? null
  const options = useQuery({
    ...trpc.training.options.queryOptions({ project, data: data ?? '', target: target ?? '' }),
    enabled: data !== null && target !== null && shown.data !== undefined,
    retry: false,
  })
  if (datasets.error && !datasets.data) return <Problem error={datasets.error} onRetry={() => datasets.refetch()} />
  return (
    <Stack gap="md">
      <PageHeader
        title="New experiment"
        sentence="Choose data, target, metric and budget; the rest has good defaults."
      />
      {datasets.isPending ? <Skeleton height={320} radius="md" aria-label="Loading the datasets" /> : null}
      {datasets.data && items.length === 0 ? (
        <EmptyState
          title="There is no dataset yet"
          action={
            <Button component={Link} href={paths.data(project)}>
              Add a dataset
            </Button>
          }
        >
          A model learns from a table. Add one as a file first; it is read, profiled and kept as version 1.
        </EmptyState>
      ) : null}
      {items.length > 0 ? (
        <div className={classes.form}>
          <Step number={1} title="Dataset">
            <Select
              aria-label="Dataset"
              placeholder="Choose a dataset"
              searchable
              data={datasetChoices(items, data)}
              value={data}
              onChange={next => setChoice({ data: next, target: null })}
            />
            {shown.data ? (
              <Text size="sm" c="dimmed" mt={6}>
                Version {shown.data.version}: {formatCount(shown.data.rows, 'row')},{' '}
                {formatCount(shown.data.columns, 'column')}.
              </Text>
            ) : null}
            {shown.error ? <Problem error={shown.error} /> : null}
          </Step>
          <Step number={2} title="Target" note="the column to predict" waiting={data === null}>
            <Select
              aria-label="Target"
              placeholder="Choose a column"
              searchable
              disabled={!shown.data}
              data={schema.map(c => ({ value: c.name, label: `${c.name} · ${c.type}` }))}
              value={target}
              onChange={next => setChoice({ target: next })}
            />
            {options.isLoading ? <Skeleton height={16} mt={10} w="60%" aria-label="Looking at the target" /> : null}
            {options.data ? (
              <Text size="sm" c="dimmed" mt={6}>
                <Text span fw={600} c="var(--mantine-color-text)" size="sm">
                  {options.data.task}
                </Text>
                , to {TASK_WORDS[options.data.task]}: {options.data.taskReason}
              </Text>
            ) : null}
            {options.error ? <Problem error={options.error} /> : null}
          </Step>
          {options.data && target ? (
            <Plan
              // Another target means other metrics, trainers and leaks.
              key={`${data} ${target}`}
              project={project}
              target={target}
              options={options.data}
              prefilled={{
                name: choice.name ?? '',
                trainers: choice.trainers ?? [],
                seed: choice.seed ?? 0,
              }}
            />
          ) : (
            <>
              <Step number={3} title="Metric" note="what runs are ranked by" waiting />
              <Step number={4} title="Budget" waiting />
            </>
          )}
        </div>
      ) : null}
    </Stack>
  )
}

function datasetChoices(items: { dataset: string; version: number; rows: number }[], chosen: string | null) {
  const all = items.map(d => ({
    value: d.dataset,
    label: `${d.dataset} · v${d.version} · ${formatCount(d.rows, 'row')}`,
  }))
  // A link may name a version that is not the newest.
  if (chosen && !items.some(d => d.dataset === chosen))
    all.unshift({ value: chosen, label: chosen.replace('@', ' · v') })
  return all
}

function Step({
  number,
  title,
  note,
  waiting = false,
  children,
}: {
  number: number
  title: string
  note?: string
  /** What it depends on is not chosen yet. */
  waiting?: boolean
  children?: ReactNode
}) {
  return (
    <Panel
      title={
        <Text span inherit c={waiting ? 'dimmed' : undefined}>
          {number}. {title}
        </Text>
      }
      note={note}
    >
      {children ?? (
        <Text size="sm" c="dimmed">
          Follows from the target.
        </Text>
      )}
    </Panel>
  )
}

function Plan({
  project,
  target,
  options,
  prefilled,
}: {
  project: string
  target: string
  options: LaunchOptions
  prefilled: { name: string; trainers: string[]; seed: number }
}) {
  const trpc = useTRPC()
  const queries = useQueryClient()
  const router = useRouter()
  const [metric, setMetric] = useState(options.metrics.find(m => m.default)?.id ?? options.metrics[0]!.id)
  const [trials, setTrials] = useState<number | null>(null)
  const [minutes, setMinutes] = useState<number | null>(null)
  const [byAutoml, setByAutoml] = useState(prefilled.trainers.includes(AUTOML))
  const [advanced, setAdvanced] = useState<Advanced>({
    ...prefilled,
    trainers: prefilled.trainers.filter(id => options.trainers.some(t => t.id === id)),
    split: null,
    ignored: [],
    recipe: null,
    decisions: {},
  })
  const launch = useMutation(
    trpc.training.launch.mutationOptions({
      onSuccess: async ({ experiment }) => {
        await queries.invalidateQueries(trpc.training.pathFilter())
        router.push(paths.experiment(project, experiment))
      },
    }),
  )
  const leaks = leaksOf(options, advanced.ignored)
  const ignore = (names: string[]) =>
    setAdvanced({ ...advanced, ignored: [...new Set([...advanced.ignored, ...names])] })
  const start = () =>
    launch.mutate({
      project,
      data: `${options.dataset}@${options.version}`,
      target,
      task: options.task,
      metric,
      trials: byAutoml ? undefined : (trials ?? undefined),
      minutes: minutes ?? (byAutoml ? AUTOML_MINUTES : undefined),
      trainers: byAutoml ? [AUTOML] : advanced.trainers.length > 0 ? advanced.trainers : undefined,
      ...advanced.decisions,
      split: advanced.split ?? undefined,
      ignore: advanced.ignored,
      seed: advanced.seed,
      name: advanced.name.trim() || undefined,
      recipe: advanced.recipe ?? undefined,
    })
  return (
    <>
      <Step number={3} title="Metric" note="what runs are ranked by">
        <Select
          aria-label="Metric"
          data={options.metrics.map(m => ({
            value: m.id,
            label: `${m.label}, ${directionLabel(m.direction)}${m.default ? ' (usual)' : ''}`,
          }))}
          value={metric}
          allowDeselect={false}
          onChange={next => next && setMetric(next)}
        />
      </Step>
      <Step number={4} title="Budget">
        <SegmentedControl
          aria-label="How models are chosen"
          fullWidth
          mb="sm"
          data={[
            { value: 'runs', label: 'Suggested runs' },
            { value: AUTOML, label: options.automl.label },
          ]}
          value={byAutoml ? AUTOML : 'runs'}
          onChange={next => setByAutoml(next === AUTOML)}
        />
        <Text size="sm" c="dimmed" mb="sm">
          {byAutoml
            ? options.automl.description
            : 'Each good setting of the trainers is a run to compare. Leave empty for all of them without a limit of time.'}
        </Text>
        <Grid gap="sm">
          <Grid.Col span={6} hidden={byAutoml}>
            <NumberInput
              label="Runs"
              placeholder={`${suggestedRuns(options, advanced.trainers)} suggested`}
              min={1}
              max={MAX_TRIALS}
              allowDecimal={false}
              value={trials ?? ''}
              onChange={next => setTrials(typeof next === 'number' ? next : null)}
            />
          </Grid.Col>
          <Grid.Col span={6}>
            <NumberInput
              label="Minutes"
              placeholder={byAutoml ? String(AUTOML_MINUTES) : 'no limit'}
              min={byAutoml ? 0.1 : 1}
              max={byAutoml ? 240 : 10_080}
              value={minutes ?? ''}
              onChange={next => setMinutes(typeof next === 'number' ? next : null)}
            />
          </Grid.Col>
        </Grid>
      </Step>
      <AdvancedSettings
        project={project}
        options={options}
        value={advanced}
        onChange={setAdvanced}
        byAutoml={byAutoml}
      />
      <Stack gap="md" className={classes.plan}>
        {leaks.map(leak => (
          <Alert
            key={leak.columns.join(' ')}
            variant="default"
            icon={<IconAlertTriangle color="var(--mantine-color-orange-6)" aria-hidden />}
            title="This gives the target away"
            role="status"
          >
            <Text size="sm">{describeLeak(leak)}</Text>
            <Button mt="xs" size="compact-sm" variant="default" onClick={() => ignore(leak.columns)}>
              {leak.columns.length === 1 ? 'Ignore this column' : `Ignore ${leak.columns.join(' and ')}`}
            </Button>
          </Alert>
        ))}
        <Panel title="What Start does">
          <Stack gap="sm" align="flex-start">
            <Text size="sm">
              {describePlan(options, {
                target,
                trainers: advanced.trainers,
                trials,
                minutes: minutes ?? (byAutoml ? AUTOML_MINUTES : null),
                byAutoml,
                metric,
                ignored: advanced.ignored,
              })}
            </Text>
            {launch.error ? <Problem error={launch.error} /> : null}
            <Allowed project={project} to="training:write" explain>
              <Button size="sm" onClick={start} loading={launch.isPending || launch.isSuccess}>
                Start
              </Button>
            </Allowed>
          </Stack>
        </Panel>
      </Stack>
    </>
  )
}
