import { Anchor, Badge, Button, Group, Text } from '@mantine/core'
import Link from 'next/link'
import type { VersionSummary } from '#server/registry/contract.ts'
import { decidePromotion } from '#server/registry/promotion/contract.ts'
import { Allowed } from '../access/allowed.tsx'
import { OneClassBadge } from '../training/class-warnings.tsx'
import { formatMetric, metricLabel } from '../training/labels.ts'
import { actionColumn, type DataColumn, dateColumn, numberColumn, textColumn } from '../ui/data-table/columns.tsx'
import { DataTable } from '../ui/data-table/data-table.tsx'
import { paths } from '../ui/paths.ts'
import { measuredOf, metricsOf } from './labels.ts'

/** The versions of a model with their metrics, downloads and promotion. */
export function VersionTable({
  project,
  model,
  versions,
}: {
  project: string
  model: string
  versions: VersionSummary[]
}) {
  const metrics = metricsOf(versions.slice(0, 1))
  const columns: DataColumn<VersionSummary>[] = [
    numberColumn('version', 'Version', v => v.version, { align: undefined, cell: v => <VersionCell version={v} /> }),
    ...metrics.map((m, i) =>
      numberColumn<VersionSummary>(`metric-${m}`, metricLabel(m), v => measuredOf(v, m).value, {
        cell: v => formatMetric(m, measuredOf(v, m)),
        optional: i >= 3,
      }),
    ),
    textColumn('run', 'Run', v => v.run?.slice(-8), {
      mono: true,
      cell: v =>
        v.run ? (
          <Anchor component={Link} size="sm" href={paths.run(project, v.run)}>
            {v.run.slice(-8)}
          </Anchor>
        ) : (
          '–'
        ),
    }),
    textColumn('digest', 'Digest', v => v.digest.slice(0, 12), { mono: true, dimmed: true, title: v => v.digest }),
    dateColumn('created', 'Registered', v => v.createdAt),
    actionColumn(v => <VersionActions project={project} model={model} version={v} />),
  ]
  return (
    <DataTable
      id="model-versions"
      label="Versions"
      title="Versions"
      columns={columns}
      rows={versions}
      rowKey={v => String(v.version)}
    />
  )
}

function VersionCell({ version: v }: { version: VersionSummary }) {
  return (
    <>
      <Text span ff="monospace" size="sm">
        v{v.version}
      </Text>{' '}
      {v.aliases.map(alias => (
        <Badge key={alias} size="xs" variant="light" tt="none">
          {alias}
        </Badge>
      ))}{' '}
      {v.state === 'archived' ? (
        <Badge size="xs" color="gray" variant="light" tt="none">
          archived
        </Badge>
      ) : null}
      <OneClassBadge warnings={v.classWarnings} />
      {v.servable.kind === 'none' ? (
        <Text size="xs" c="dimmed">
          Cannot be served: {v.servable.reason}
        </Text>
      ) : null}
    </>
  )
}

function VersionActions({ project, model, version: v }: { project: string; model: string; version: VersionSummary }) {
  const mayPromote = decidePromotion({ version: v }).allowed
  return (
    <Group gap={6} wrap="nowrap" justify="flex-end">
      {v.servable.kind === 'native' ? (
        <Button
          component="a"
          size="compact-sm"
          variant="subtle"
          href={`/api/v1/projects/${project}/models/${model}/versions/${v.version}/model.onnx`}
          aria-label={`Download v${v.version} as ONNX`}
          title="Recipe and model in one file for ONNX Runtime and others"
        >
          ONNX
        </Button>
      ) : null}
      {mayPromote ? (
        <Allowed project={project} to="serving:promote">
          <Button
            component={Link}
            size="compact-sm"
            variant="default"
            href={paths.promote(project, model, { version: v.version })}
            aria-label={`Promote v${v.version}`}
          >
            Promote
          </Button>
        </Allowed>
      ) : null}
    </Group>
  )
}
