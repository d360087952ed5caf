import type { Metadata } from 'next'
import { HomePage } from '#components/home/home-page.tsx'
import { Prefetch } from '../../../prefetch.tsx'

interface Props {
  params: Promise<{ project: string }>
}

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  return { title: (await params).project }
}

export default async function Page({ params }: Props) {
  const { project } = await params
  return (
    <Prefetch
      queries={trpc => [
        trpc.data.list.queryOptions({ project }),
        trpc.training.list.queryOptions({ project }),
        trpc.evaluation.list.queryOptions({ project }),
        trpc.registry.list.queryOptions({ project }),
        trpc.serving.list.queryOptions({ project }),
        trpc.monitoring.list.queryOptions({ project }),
        trpc.orchestration.list.queryOptions({ project, state: 'active' }),
        trpc.orchestration.list.queryOptions({ project, state: 'failed', limit: 5 }),
        trpc.orchestration.schedules.queryOptions({ project }),
        trpc.home.happened.queryOptions({ project, limit: 60 }),
      ]}
    >
      <HomePage project={project} />
    </Prefetch>
  )
}
