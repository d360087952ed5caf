import type { Metadata } from 'next'
import { Prefetch } from '#app/prefetch.tsx'
import { NewExperiment } from '#components/training/new-experiment.tsx'

export const metadata: Metadata = { title: 'New experiment' }

export default async function Page({ params }: { params: Promise<{ project: string }> }) {
  const { project } = await params
  return (
    <Prefetch queries={trpc => [trpc.data.list.queryOptions({ project })]}>
      <NewExperiment project={project} />
    </Prefetch>
  )
}
