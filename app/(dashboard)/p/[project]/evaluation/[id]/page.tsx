import type { Metadata } from 'next'
import { Prefetch } from '#app/prefetch.tsx'
import { EvaluationPage } from '#components/evaluation/evaluation-page.tsx'

export const metadata: Metadata = { title: 'Evaluation' }

export default async function Page({ params }: { params: Promise<{ project: string; id: string }> }) {
  const { project, id } = await params
  return (
    <Prefetch queries={trpc => [trpc.evaluation.show.queryOptions({ project, id })]}>
      <EvaluationPage project={project} id={id} />
    </Prefetch>
  )
}
