'use client'
import { Stack, Tabs } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { usePolling } from '../shell/live-status.ts'
import { useTRPC } from '../trpc.ts'
import { PageHeader } from '../ui/page-header.tsx'
import { TabList } from '../ui/tab-list.tsx'
import { useTab } from '../ui/use-tab.ts'
import { JobTable } from './job-table.tsx'
import { overviewSentence } from './labels.ts'
import { QueueView } from './queue-view.tsx'
import { ScheduleTable } from './schedule-table.tsx'
import { TimelineView } from './timeline-view.tsx'

const TABS = ['timeline', 'jobs', 'queues', 'schedules'] as const
const LABEL = { timeline: 'Timeline', jobs: 'Jobs', queues: 'Queues', schedules: 'Schedules' }

/** What runs by itself, what failed, and why. */
export function OrchestrationPage({ project }: { project: string }) {
  const [tab, setTab] = useTab(TABS, 'timeline')
  const trpc = useTRPC()
  const poll = usePolling()
  const { data } = useQuery(
    trpc.orchestration.list.queryOptions({ project, limit: 1 }, { refetchInterval: poll(true, 5_000) }),
  )
  return (
    <Stack gap="md">
      <PageHeader title="Orchestration" sentence={data ? overviewSentence(data.counts) : ' '} />
      <Tabs value={tab} onChange={setTab} keepMounted={false}>
        <TabList labels={LABEL} />
        <Tabs.Panel value="timeline">
          <TimelineView project={project} />
        </Tabs.Panel>
        <Tabs.Panel value="jobs">
          <JobTable project={project} />
        </Tabs.Panel>
        <Tabs.Panel value="queues">
          <QueueView project={project} />
        </Tabs.Panel>
        <Tabs.Panel value="schedules">
          <ScheduleTable project={project} />
        </Tabs.Panel>
      </Tabs>
    </Stack>
  )
}
