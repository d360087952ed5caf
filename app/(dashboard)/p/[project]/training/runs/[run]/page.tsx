import type { Metadata } from 'next'
import { Prefetch } from '#app/prefetch.tsx'
import { RunPage } from '#components/training/run-page.tsx'

export const metadata: Metadata = { title: 'Run' }

export default async function Page({ params }: { params: Promise<{ project: string; run: string }> }) {
  const { project, run } = await params
  return (
    <Prefetch queries={trpc => [trpc.training.run.queryOptions({ project, run })]}>
      <RunPage project={project} run={run} />
    </Prefetch>
  )
}
