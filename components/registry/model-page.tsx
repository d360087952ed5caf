'use client'
import { Anchor, Badge, Button, Skeleton, Stack, Table, Text, Title } from '@mantine/core'
import dynamic from 'next/dynamic'
import Link from 'next/link'
import { CHAMPION } from '#server/registry/contract.ts'
import { decidePromotion } from '#server/registry/promotion/contract.ts'
import { Allowed } from '../access/allowed.tsx'
import { formatMeasured, metricLabel } from '../training/labels.ts'
import { PageHeader } from '../ui/page-header.tsx'
import { Panel } from '../ui/panel.tsx'
import { paths } from '../ui/paths.ts'
import { Problem } from '../ui/problem.tsx'
import { Time } from '../ui/time.tsx'
import { useEndpoints, useModel } from './client.ts'
import { measuredOf, metricsOf, modelSentence } from './labels.ts'
import { Scorecard } from './scorecard.tsx'

/** Its library is fetched with it. */
const LineageGraph = dynamic(() => import('../data/lineage/lineage-graph.tsx').then(m => m.LineageGraph), {
  loading: () => <Skeleton height={460} radius="md" aria-label="Loading the lineage" />,
})

/** One model: its versions, and the newest beside the one in use. */
export function ModelPage({ project, name }: { project: string; name: string }) {
  const { data, error, refetch } = useModel(project, name)
  const endpoints = useEndpoints(project).data?.items.filter(e => e.model === name) ?? []
  if (error && !data) return <Problem error={error} onRetry={() => refetch()} />
  const newest = data?.versions[0]
  if (!data || !newest) return <Skeleton height={320} radius="md" aria-label="Loading the model" />
  const championNumber = data.aliases[CHAMPION]
  const champion = data.versions.find(v => v.version === championNumber)
  const newer = data.versions.filter(v => v.version > (championNumber ?? 0))
  const promoteHref = (version: number) => paths.promote(project, name, { version: version })
  const metrics = metricsOf([newest]).slice(0, 3)
  return (
    <Stack gap="md">
      <PageHeader
        title={name}
        sentence={
          <>
            {modelSentence(championNumber, newest.version, newer.length)}
            {endpoints.map(e => (
              <span key={e.endpoint}>
                {' '}
                <Anchor component={Link} size="sm" href={paths.endpoint(project, e.endpoint)}>
                  {e.endpoint}
                </Anchor>{' '}
                serves v{e.version}
                {e.primary && endpoints.length > 1 ? ' (primary endpoint)' : ''}.
              </span>
            ))}
          </>
        }
        actions={
          decidePromotion({ version: newest, isChampion: newest.version === championNumber }).code === 'possible' ? (
            <Allowed project={project} to="serving:promote">
              <Button component={Link} href={promoteHref(newest.version)}>
                Promote v{newest.version}
              </Button>
            </Allowed>
          ) : null
        }
      />
      {data.description ? <Text size="sm">{data.description}</Text> : null}
      <Scorecard champion={champion === newest ? undefined : champion} challenger={newest} />
      <Panel title="Versions" flush>
        <Table horizontalSpacing="md" style={{ fontVariantNumeric: 'tabular-nums' }}>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>Version</Table.Th>
              {metrics.map(m => (
                <Table.Th key={m} ta="right">
                  {metricLabel(m)}
                </Table.Th>
              ))}
              <Table.Th>Run</Table.Th>
              <Table.Th>Digest</Table.Th>
              <Table.Th>Registered</Table.Th>
              <Table.Th />
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {data.versions.map(v => (
              <Table.Tr key={v.version}>
                <Table.Td>
                  <Text span ff="monospace" size="sm">
                    v{v.version}
                  </Text>{' '}
                  {v.aliases.map(a => (
                    <Badge key={a} size="xs" variant="light" tt="none">
                      {a}
                    </Badge>
                  ))}{' '}
                  {v.state === 'archived' ? (
                    <Badge size="xs" color="gray" variant="light" tt="none">
                      archived
                    </Badge>
                  ) : null}
                  {v.servable.kind === 'none' ? (
                    <Text size="xs" c="dimmed">
                      Cannot be served: {v.servable.reason}
                    </Text>
                  ) : null}
                </Table.Td>
                {metrics.map(m => (
                  <Table.Td key={m} ta="right">
                    {formatMeasured(measuredOf(v, m)).value}
                  </Table.Td>
                ))}
                <Table.Td ff="monospace">
                  {v.run ? (
                    <Anchor component={Link} size="sm" href={paths.run(project, v.run)}>
                      {v.run.slice(-8)}
                    </Anchor>
                  ) : (
                    '–'
                  )}
                </Table.Td>
                <Table.Td ff="monospace" c="dimmed" title={v.digest}>
                  {v.digest.slice(0, 12)}
                </Table.Td>
                <Table.Td c="dimmed">
                  <Time at={v.createdAt} />
                </Table.Td>
                <Table.Td ta="right" style={{ whiteSpace: 'nowrap' }}>
                  {v.servable.kind === 'native' ? (
                    <Button
                      component="a"
                      size="compact-sm"
                      variant="subtle"
                      href={`/api/v1/projects/${project}/models/${name}/versions/${v.version}/model.onnx`}
                      aria-label={`Download v${v.version} as ONNX`}
                      title="Recipe and model in one file for ONNX Runtime and others"
                    >
                      ONNX
                    </Button>
                  ) : null}{' '}
                  {decidePromotion({ version: v }).allowed ? (
                    <Allowed project={project} to="serving:promote">
                      <Button
                        component={Link}
                        size="compact-sm"
                        variant="default"
                        href={promoteHref(v.version)}
                        aria-label={`Promote v${v.version}`}
                      >
                        Promote
                      </Button>
                    </Allowed>
                  ) : null}
                </Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </Panel>
      <Title order={2} size="h5">
        Lineage of v{(champion ?? newest).version}
      </Title>
      <LineageGraph project={project} of={{ model: name, version: (champion ?? newest).version }} />
    </Stack>
  )
}
