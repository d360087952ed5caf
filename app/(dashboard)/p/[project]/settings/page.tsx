import type { Metadata } from 'next'
import { ProjectSettings } from '#components/access/project-settings.tsx'
import { Prefetch } from '../../../../prefetch.tsx'

export const metadata: Metadata = { title: 'Project settings' }

export default async function Page({ params }: { params: Promise<{ project: string }> }) {
  const { project } = await params
  return (
    <Prefetch queries={trpc => [trpc.access.here.queryOptions({ project })]}>
      <ProjectSettings project={project} />
    </Prefetch>
  )
}
