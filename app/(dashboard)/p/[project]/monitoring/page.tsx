import type { Metadata } from 'next'
import { Prefetch } from '#app/prefetch.tsx'
import { MonitorList } from '#components/monitoring/monitor-list.tsx'

export const metadata: Metadata = { title: 'Monitoring' }

export default async function MonitoringPage({ params }: { params: Promise<{ project: string }> }) {
  const { project } = await params
  return (
    <Prefetch queries={trpc => [trpc.monitoring.list.queryOptions({ project })]}>
      <MonitorList project={project} />
    </Prefetch>
  )
}
