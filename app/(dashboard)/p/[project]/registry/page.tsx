import type { Metadata } from 'next'
import { ModelList } from '#components/registry/model-list.tsx'
import { Prefetch } from '../../../../prefetch.tsx'

export const metadata: Metadata = { title: 'Registry' }

export default async function RegistryPage({ params }: { params: Promise<{ project: string }> }) {
  const { project } = await params
  return (
    <Prefetch queries={trpc => [trpc.registry.list.queryOptions({ project })]}>
      <ModelList project={project} />
    </Prefetch>
  )
}
