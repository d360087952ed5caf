import type { Metadata } from 'next'
import { Prefetch } from '#app/prefetch.tsx'
import { ExperimentList } from '#components/training/experiment-list.tsx'

export const metadata: Metadata = { title: 'Training' }

export default async function Page({ params }: { params: Promise<{ project: string }> }) {
  const { project } = await params
  return (
    <Prefetch queries={trpc => [trpc.training.list.queryOptions({ project })]}>
      <ExperimentList project={project} />
    </Prefetch>
  )
}
