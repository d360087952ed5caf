import { Alert, Button, Group, Select, Stack, Text } from '@mantine/core'
import { useMutation, useQuery } from '@tanstack/react-query'
import { parseAsString, useQueryState } from 'nuqs'
import type { ModelComparison } from '#server/evaluation/contract.ts'
import type { VersionSummary } from '#server/registry/contract.ts'
import type { ComparedMetric } from '#server/training/comparison/contract.ts'
import { notComparedMessage } from '#server/training/comparison/contract.ts'
import { useMay } from '../access/allowed.tsx'
import { formatMetric, metricLabel } from '../training/labels.ts'
import { PairedDifference, PairedVerdict } from '../training/paired-verdict.tsx'
import { useTRPC } from '../trpc.ts'
import type { DataColumn } from '../ui/data-table/columns.tsx'
import { DataTable } from '../ui/data-table/data-table.tsx'
import { formatCount } from '../ui/format.ts'
import { Panel } from '../ui/panel.tsx'
import { Problem } from '../ui/problem.tsx'
import { useComparison } from './client.ts'

interface Props {
  project: string
  champion: VersionSummary
  challenger: VersionSummary
}

/** Challenger against champion on the same rows, which neither was trained on; offers to evaluate both where there are none yet. */
export function ComparisonPanel({ project, champion, challenger }: Props) {
  const trpc = useTRPC()
  const [data, setData] = useQueryState('on', parseAsString)
  const input = { project, base: champion.run ?? '', other: challenger.run ?? '', ...(data ? { data } : {}) }
  const comparison = useComparison(project, champion.run, challenger.run, data)
  const start = useMutation(trpc.evaluation.evaluateBoth.mutationOptions({ onSuccess: () => comparison.refetch() }))
  const title = `v${challenger.version} vs. v${champion.version} on the same rows`
  if (champion.run === null || challenger.run === null)
    return (
      <Panel title={title}>
        <Text size="sm">One of them was not trained here, so their predictions cannot be compared.</Text>
      </Panel>
    )
  if (comparison.error && !comparison.data)
    return <Problem error={comparison.error} onRetry={() => comparison.refetch()} />
  if (!comparison.data) return null
  const found = comparison.data
  return (
    <Stack gap="xs">
      {found.state === 'compared' ? (
        <ComparedMetrics found={found} title={title} champion={champion} challenger={challenger} />
      ) : (
        <Panel title={title}>
          <Alert color="yellow" variant="light" role="status" title="No verdict">
            {found.state === 'running'
              ? `Evaluating on ${found.dataset} v${found.version}.`
              : found.code
                ? notComparedMessage(found.code)
                : null}
          </Alert>
        </Panel>
      )}
      {start.error ? <Problem error={start.error} /> : null}
      <ChooseRows
        project={project}
        found={found}
        data={data}
        onChoose={setData}
        isBusy={start.isPending || found.state === 'running'}
        onStart={() => start.mutate(input)}
      />
    </Stack>
  )
}

function ChooseRows({
  project,
  found,
  data,
  onChoose,
  isBusy,
  onStart,
}: {
  project: string
  found: ModelComparison
  data: string | null
  onChoose: (data: string | null) => void
  isBusy: boolean
  onStart: () => void
}) {
  const trpc = useTRPC()
  const mayEvaluate = useMay(project, 'evaluation:write')
  const datasets = useQuery(trpc.data.list.queryOptions({ project })).data?.items ?? []
  const current = data ?? (found.dataset ? `${found.dataset}@${found.version}` : null)
  const versions = [...new Set([...(current ? [current] : []), ...datasets.map(d => `${d.dataset}@${d.version}`)])]
  const needed = found.state === 'unknown' && found.code === 'not_evaluated'
  return (
    <Group gap="xs" align="end">
      <Select
        size="xs"
        label="Compare on"
        data={versions.map(value => ({ value, label: value.replace('@', ' v') }))}
        value={current}
        allowDeselect={false}
        onChange={onChoose}
      />
      {mayEvaluate && (needed || isBusy) && current ? (
        <Button size="xs" variant="default" loading={isBusy} onClick={onStart}>
          Evaluate both on {current.replace('@', ' v')}
        </Button>
      ) : null}
    </Group>
  )
}

function ComparedMetrics({
  found,
  title,
  champion,
  challenger,
}: {
  found: ModelComparison
  title: string
  champion: VersionSummary
  challenger: VersionSummary
}) {
  const columns: DataColumn<ComparedMetric>[] = [
    { id: 'metric', label: 'Metric', value: m => metricLabel(m.name) },
    valueColumn('reference', `v${champion.version}`, m => m.reference),
    valueColumn('value', `v${challenger.version}`, m => m.value),
    {
      id: 'difference',
      label: 'Difference, 95 % interval',
      value: m => m.difference,
      cell: m => <PairedDifference versus={m} metric={m.name} />,
      align: 'right',
      sortable: false,
    },
    { id: 'verdict', label: 'Verdict', value: m => m.verdict, cell: m => <PairedVerdict versus={m} />, facet: true },
  ]
  const own = challenger.metric
  const metrics = found.metrics.toSorted((a, b) => Number(b.name === own) - Number(a.name === own))
  const leftOut = found.rowsTrainedOn > 0 ? `; ${formatCount(found.rowsTrainedOn, 'training row')} left out` : ''
  return (
    <DataTable
      id="paired-comparison"
      label="Comparison on the same rows"
      title={title}
      note={`${formatCount(found.rows ?? 0, 'row')} of ${found.dataset} v${found.version} that neither was trained on${leftOut}`}
      columns={columns}
      rows={metrics.filter(m => m.value !== null || m.reference !== null)}
      rowKey={m => m.name}
    />
  )
}

const valueColumn = (
  id: string,
  label: string,
  read: (m: ComparedMetric) => number | null,
): DataColumn<ComparedMetric> => ({
  id,
  label,
  value: read,
  cell: m => formatMetric(m.name, { value: read(m), low: m.differenceLow, high: m.differenceHigh }),
  align: 'right',
  sortable: false,
})
