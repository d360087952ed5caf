import type { Metadata } from 'next'
import { Prefetch } from '#app/prefetch.tsx'
import { NewEvaluation } from '#components/evaluation/new-evaluation.tsx'

export const metadata: Metadata = { title: 'New evaluation' }

export default async function Page({ params }: { params: Promise<{ project: string }> }) {
  const { project } = await params
  return (
    <Prefetch
      queries={trpc => [trpc.training.list.queryOptions({ project }), trpc.data.list.queryOptions({ project })]}
    >
      <NewEvaluation project={project} />
    </Prefetch>
  )
}
