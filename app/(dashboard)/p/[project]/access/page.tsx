import type { Metadata } from 'next'
import { AccessPage } from '#components/access/access-page.tsx'
import { Prefetch } from '../../../../prefetch.tsx'

export const metadata: Metadata = { title: 'Access' }

export default async function Page({ params }: { params: Promise<{ project: string }> }) {
  const { project } = await params
  return (
    <Prefetch
      queries={trpc => [trpc.access.here.queryOptions({ project }), trpc.access.members.queryOptions({ project })]}
    >
      <AccessPage project={project} />
    </Prefetch>
  )
}
