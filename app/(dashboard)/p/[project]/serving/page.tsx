import type { Metadata } from 'next'
import { EndpointList } from '#components/serving/endpoint-list.tsx'
import { Prefetch } from '../../../../prefetch.tsx'

export const metadata: Metadata = { title: 'Serving' }

export default async function ServingPage({ params }: { params: Promise<{ project: string }> }) {
  const { project } = await params
  return (
    <Prefetch queries={trpc => [trpc.serving.list.queryOptions({ project })]}>
      <EndpointList project={project} />
    </Prefetch>
  )
}
