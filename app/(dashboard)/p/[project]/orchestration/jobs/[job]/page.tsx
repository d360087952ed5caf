import type { Metadata } from 'next'
import { JobPage } from '#components/orchestration/job-page.tsx'
import { Prefetch } from '../../../../../../prefetch.tsx'

export const metadata: Metadata = { title: 'Job' }

export default async function Page({ params }: { params: Promise<{ project: string; job: string }> }) {
  const { project, job } = await params
  return (
    <Prefetch queries={trpc => [trpc.orchestration.show.queryOptions({ project, job })]}>
      <JobPage project={project} job={job} />
    </Prefetch>
  )
}
