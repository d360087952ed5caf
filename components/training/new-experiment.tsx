'use client'
import { Select, Skeleton, Stack, Text } from '@mantine/core'
import { type UseQueryResult, useQuery } from '@tanstack/react-query'
import { parseAsArrayOf, parseAsInteger, parseAsString, useQueryStates } from 'nuqs'
import { type RouterOutputs, useTRPC } from '../trpc.ts'
import { EmptyState } from '../ui/empty-state.tsx'
import { formatCount } from '../ui/format.ts'
import { PageHeader } from '../ui/page-header.tsx'
import { paths } from '../ui/paths.ts'
import { Problem } from '../ui/problem.tsx'
import { TASK_LABELS } from './labels.ts'
import classes from './new-experiment.module.css'
import { NumberedStep } from './numbered-step.tsx'
import { Plan } from './plan.tsx'

const known = {
  data: parseAsString,
  target: parseAsString,
  name: parseAsString,
  trainers: parseAsArrayOf(parseAsString),
  seed: parseAsInteger,
  positive: parseAsString,
}

/** Chooses dataset and target, then metric and budget; advanced settings have defaults. */
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
      <PageHeader title="New experiment" sentence="Choose dataset, target, metric and budget." />
      {datasets.isPending ? <Skeleton height={320} radius="md" aria-label="Loading datasets" /> : null}
      {datasets.data && items.length === 0 ? <NoDatasets project={project} /> : null}
      {items.length > 0 ? (
        <div className={classes.form}>
          <DatasetStep
            items={items}
            data={data}
            shown={shown.data}
            error={shown.error}
            onChoose={next => setChoice({ data: next, target: null })}
          />
          <TargetStep
            schema={schema}
            isWaiting={data === null}
            target={target}
            options={options}
            onChoose={next => setChoice({ target: next })}
          />
          {options.data && target ? (
            <Plan
              // Another target has other metrics, trainers and leaks.
              key={`${data} ${target}`}
              project={project}
              target={target}
              options={options.data}
              prefilled={{
                name: choice.name ?? '',
                trainers: choice.trainers ?? [],
                seed: choice.seed ?? 0,
                positive: choice.positive,
              }}
            />
          ) : (
            <>
              <NumberedStep number={3} title="Metric" note="ranks the runs" waiting />
              <NumberedStep number={4} title="Budget" waiting />
            </>
          )}
        </div>
      ) : null}
    </Stack>
  )
}

function NoDatasets({ project }: { project: string }) {
  return (
    <EmptyState title="No datasets" link={{ href: paths.data(project), label: 'Add data' }}>
      Add a dataset first, for example a CSV file.
    </EmptyState>
  )
}

function TargetStep({
  schema,
  isWaiting,
  target,
  options,
  onChoose,
}: {
  schema: RouterOutputs['data']['show']['schema']
  isWaiting: boolean
  target: string | null
  options: UseQueryResult<RouterOutputs['training']['options'], unknown>
  onChoose: (target: string | null) => void
}) {
  return (
    <NumberedStep number={2} title="Target" note="the column to predict" waiting={isWaiting}>
      <Select
        aria-label="Target"
        placeholder="Select a column"
        searchable
        disabled={schema.length === 0}
        data={schema.map(c => ({ value: c.name, label: `${c.name} · ${c.type}` }))}
        value={target}
        onChange={onChoose}
      />
      {options.isLoading ? <Skeleton height={16} mt={10} w="60%" aria-label="Analyzing the target" /> : null}
      {options.data ? (
        <Text size="sm" c="dimmed" mt={6}>
          <Text span fw={600} c="var(--mantine-color-text)" size="sm">
            {TASK_LABELS[options.data.task]}
          </Text>
          : {options.data.taskReason}
        </Text>
      ) : null}
      {options.error ? <Problem error={options.error} /> : null}
    </NumberedStep>
  )
}

function DatasetStep({
  items,
  data,
  shown,
  error,
  onChoose,
}: {
  items: ListedDataset[]
  data: string | null
  shown: RouterOutputs['data']['show'] | undefined
  error: unknown
  onChoose: (data: string | null) => void
}) {
  return (
    <NumberedStep number={1} title="Dataset">
      <Select
        aria-label="Dataset"
        placeholder="Select a dataset"
        searchable
        data={datasetChoices(items, data)}
        value={data}
        onChange={onChoose}
      />
      {shown ? (
        <Text size="sm" c="dimmed" mt={6}>
          Version {shown.version}: {formatCount(shown.rows, 'row')}, {formatCount(shown.columns, 'column')}.
        </Text>
      ) : null}
      {error ? <Problem error={error} /> : null}
    </NumberedStep>
  )
}

type ListedDataset = { dataset: string; version: number; rows: number }

function datasetChoices(items: ListedDataset[], chosen: string | null) {
  const all = items.map(d => ({
    value: d.dataset,
    label: `${d.dataset} · v${d.version} · ${formatCount(d.rows, 'row')}`,
  }))
  // A link may name an older version.
  if (chosen && !items.some(d => d.dataset === chosen))
    all.unshift({ value: chosen, label: chosen.replace('@', ' · v') })
  return all
}
