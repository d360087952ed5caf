'use client'
import { Badge, Button, Skeleton, Stack, Tabs } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import Link from 'next/link'
import { Allowed } from '../access/allowed.tsx'
import { PageHeader } from '../ui/page-header.tsx'
import { paths } from '../ui/paths.ts'
import { Problem } from '../ui/problem.tsx'
import { TabList } from '../ui/tab-list.tsx'
import { useDialog } from '../ui/use-dialog.ts'
import { useTab } from '../ui/use-tab.ts'
import { BatchDialog } from './batch-dialog.tsx'
import { useEndpoint } from './client.ts'
import { HistoryView } from './history-view.tsx'
import { endpointSentence } from './labels.ts'
import { LiveView } from './live-view.tsx'
import { ModelsPanel } from './models-panel.tsx'
import { PredictionList } from './prediction-list.tsx'
import { PrimaryDialog } from './primary-dialog.tsx'
import { RollbackDialog } from './rollback-dialog.tsx'
import { RowPolicy } from './row-policy.tsx'
import { Snippets } from './snippets.tsx'
import { TryItForm } from './try-it-form.tsx'

const TABS = ['try', 'call', 'history', 'predictions'] as const
const PRIMARY_HELP = 'The alias champion of the model follows its primary endpoint.'
const LABEL = { try: 'Try it', call: 'Call it', history: 'History', predictions: 'Predictions' }

/** One endpoint: its version and traffic, and all actions on it. */
export function EndpointPage({ project, name }: { project: string; name: string }) {
  const [tab, setTab] = useTab(TABS, 'try')
  const rollback = useDialog<{ to?: number }>()
  const [choosing, primary] = useDisclosure()
  const [predicting, batch] = useDisclosure()
  const { data, error, refetch } = useEndpoint(project, name)
  if (error && !data) return <Problem error={error} onRetry={() => refetch()} />
  if (!data) return <Skeleton height={320} radius="md" aria-label="Loading the endpoint" />
  const stuck = data.instances.filter(i => i.error !== null)
  return (
    <Stack gap="md">
      <PageHeader
        title={name}
        sentence={
          <>
            {endpointSentence(data)}{' '}
            {data.primary ? (
              <Badge component="span" size="sm" variant="light" tt="none" title={PRIMARY_HELP}>
                primary endpoint of {data.model}
              </Badge>
            ) : null}
          </>
        }
        actions={
          <Actions
            project={project}
            data={data}
            onBatch={batch.open}
            onPrimary={primary.open}
            onRollBack={() => rollback.open({})}
          />
        }
      />
      {stuck.map(i => (
        <Problem
          key={i.process}
          error={new Error(`${i.host}:${i.pid} could not load the version and keeps the previous one: ${i.error}`)}
        />
      ))}
      <ModelsPanel project={project} data={data} />
      <LiveView project={project} endpoint={name} />
      <RowPolicy project={project} shown={data} onChanged={() => void refetch()} />
      <Tabs value={tab} onChange={setTab} keepMounted={false}>
        <TabList labels={LABEL} />
        <Tabs.Panel value="try">
          {data.signature ? (
            <TryItForm key={data.revision} project={project} endpoint={name} signature={data.signature} />
          ) : null}
        </Tabs.Panel>
        <Tabs.Panel value="call">
          {data.signature ? <Snippets url={data.url} signature={data.signature} /> : null}
        </Tabs.Panel>
        <Tabs.Panel value="history">
          <HistoryView project={project} endpoint={name} onRollBack={to => rollback.open({ to })} />
        </Tabs.Panel>
        <Tabs.Panel value="predictions">
          <PredictionList project={project} endpoint={name} />
        </Tabs.Panel>
      </Tabs>
      {predicting ? <BatchDialog project={project} endpoint={name} onClose={batch.close} /> : null}
      {choosing ? <PrimaryDialog project={project} shown={data} onClose={primary.close} /> : null}
      {rollback.subject ? (
        <RollbackDialog project={project} shown={data} to={rollback.subject.to} opened onClose={rollback.close} />
      ) : null}
    </Stack>
  )
}

function Actions({
  project,
  data,
  onBatch,
  onPrimary,
  onRollBack,
}: {
  project: string
  data: NonNullable<ReturnType<typeof useEndpoint>['data']>
  onBatch: () => void
  onPrimary: () => void
  onRollBack: () => void
}) {
  return (
    <>
      <Allowed project={project} to="data:write">
        <Button variant="default" onClick={onBatch}>
          Run a batch
        </Button>
      </Allowed>
      {data.primary ? null : (
        <Allowed project={project} to="serving:choose-primary">
          <Button variant="default" title={PRIMARY_HELP} onClick={onPrimary}>
            Make primary
          </Button>
        </Allowed>
      )}
      <Allowed project={project} to="serving:promote">
        <Button variant="default" disabled={data.previous === null} onClick={onRollBack}>
          Roll back
        </Button>
        <Button component={Link} href={paths.promote(project, data.model, { endpoint: data.endpoint })}>
          Promote another version
        </Button>
      </Allowed>
    </>
  )
}
