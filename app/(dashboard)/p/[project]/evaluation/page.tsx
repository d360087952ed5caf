import type { Metadata } from 'next'
import { redirect } from 'next/navigation'
import { Prefetch } from '#app/prefetch.tsx'
import { EvaluationList } from '#components/evaluation/evaluation-list.tsx'
import { paths } from '#components/ui/paths.ts'

interface Props {
  params: Promise<{ project: string }>
  searchParams: Promise<{ run?: string }>
}

export const metadata: Metadata = { title: 'Evaluation' }

export default async function Page({ params, searchParams }: Props) {
  const { project } = await params
  const { run } = await searchParams
  if (run) redirect(paths.newEvaluation(project, { run: run }))
  return (
    <Prefetch queries={trpc => [trpc.evaluation.list.queryOptions({ project })]}>
      <EvaluationList project={project} />
    </Prefetch>
  )
}
