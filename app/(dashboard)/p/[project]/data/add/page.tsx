import type { Metadata } from 'next'
import { AddData } from '#components/data/sources/add-data.tsx'
import { Prefetch } from '../../../../../prefetch.tsx'

export const metadata: Metadata = { title: 'Add data' }

export default async function AddDataPage({ params }: { params: Promise<{ project: string }> }) {
  const { project } = await params
  return (
    <Prefetch queries={trpc => [trpc.data.sources.connections.queryOptions({ project })]}>
      <AddData project={project} />
    </Prefetch>
  )
}
