'use client'
import { Anchor, Button, Skeleton, Stack, Title } from '@mantine/core'
import dynamic from 'next/dynamic'
import Link from 'next/link'
import { decidePromotion } from '#server/registry/promotion/contract.ts'
import { CHAMPION } from '#server/registry/states/contract.ts'
import { Allowed } from '../access/allowed.tsx'
import { ClassWarnings } from '../training/class-warnings.tsx'
import { PageHeader } from '../ui/page-header.tsx'
import { paths } from '../ui/paths.ts'
import { Problem } from '../ui/problem.tsx'
import { useComparison, useEndpoints, useModel } from './client.ts'
import { ComparisonPanel } from './comparison-panel.tsx'
import { EditDescription } from './edit-description.tsx'
import { isWorse, modelSentence } from './labels.ts'
import { Scorecard } from './scorecard.tsx'
import { VersionTable } from './version-table.tsx'

/** Its library is fetched with it. */
const LineageGraph = dynamic(() => import('../data/lineage/lineage-graph.tsx').then(m => m.LineageGraph), {
  loading: () => <Skeleton height={460} radius="md" aria-label="Loading the lineage" />,
})

/** One model: its versions, and the latest compared with production. */
export function ModelPage({ project, name }: { project: string; name: string }) {
  const { data, error, refetch } = useModel(project, name)
  const endpoints = useEndpoints(project).data?.items.filter(e => e.model === name) ?? []
  const newest = data?.versions[0]
  const inProduction = data?.versions.find(v => v.version === data.aliases[CHAMPION])
  const comparison = useComparison(project, inProduction?.run, inProduction === newest ? null : newest?.run)
  if (error && !data) return <Problem error={error} onRetry={() => refetch()} />
  if (!data || !newest) return <Skeleton height={320} radius="md" aria-label="Loading the model" />
  const championNumber = data.aliases[CHAMPION]
  const champion = inProduction
  const newer = data.versions.filter(v => v.version > (championNumber ?? 0))
  // The main action must not offer a version that was rolled back or measures worse.
  const isBehind =
    endpoints.some(e => e.rolledBackFrom === newest.version) ||
    (champion !== undefined && champion !== newest && isWorse(comparison.data))
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
              <Button
                component={Link}
                variant={isBehind ? 'default' : 'filled'}
                href={paths.promote(project, name, { version: newest.version })}
              >
                Promote v{newest.version}
              </Button>
            </Allowed>
          ) : null
        }
      />
      <EditDescription key={data.description} project={project} model={name} description={data.description} />
      <ClassWarnings warnings={newest.classWarnings} />
      {champion && champion !== newest ? (
        <ComparisonPanel project={project} champion={champion} challenger={newest} />
      ) : null}
      <Scorecard champion={champion === newest ? undefined : champion} challenger={newest} />
      <VersionTable project={project} model={name} versions={data.versions} />
      <Title order={2} size="h5">
        Lineage of v{(champion ?? newest).version}
      </Title>
      <LineageGraph project={project} of={{ model: name, version: (champion ?? newest).version }} />
    </Stack>
  )
}
