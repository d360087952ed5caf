import type { Metadata } from 'next'
import { OrchestrationPage } from '#components/orchestration/orchestration-page.tsx'
import { Prefetch } from '../../../../prefetch.tsx'

export const metadata: Metadata = { title: 'Orchestration' }

export default async function Page({ params }: { params: Promise<{ project: string }> }) {
  const { project } = await params
  return (
    <Prefetch
      queries={trpc => [
        trpc.orchestration.list.queryOptions({ project, limit: 1 }),
        trpc.orchestration.timeline.queryOptions({ project, minutes: 60 }),
      ]}
    >
      <OrchestrationPage project={project} />
    </Prefetch>
  )
}
