import type { Metadata } from 'next'
import { Prefetch } from '#app/prefetch.tsx'
import { ExperimentPage } from '#components/training/experiment-page.tsx'

interface Props {
  params: Promise<{ project: string; experiment: string }>
}

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  return { title: decodeURIComponent((await params).experiment) }
}

export default async function Page({ params }: Props) {
  const { project, experiment: encoded } = await params
  const experiment = decodeURIComponent(encoded)
  return (
    <Prefetch queries={trpc => [trpc.training.show.queryOptions({ project, experiment })]}>
      <ExperimentPage project={project} experiment={experiment} />
    </Prefetch>
  )
}
