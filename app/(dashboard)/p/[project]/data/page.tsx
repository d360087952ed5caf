import type { Metadata } from 'next'
import { DatasetList } from '#components/data/dataset-list.tsx'
import { Prefetch } from '../../../../prefetch.tsx'

export const metadata: Metadata = { title: 'Data' }

export default async function DataPage({ params }: { params: Promise<{ project: string }> }) {
  const { project } = await params
  return (
    <Prefetch queries={trpc => [trpc.data.list.queryOptions({ project })]}>
      <DatasetList project={project} />
    </Prefetch>
  )
}
