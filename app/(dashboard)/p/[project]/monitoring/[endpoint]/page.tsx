import type { Metadata } from 'next'
import { Prefetch } from '#app/prefetch.tsx'
import { MonitorPage } from '#components/monitoring/monitor-page.tsx'

interface Props {
  params: Promise<{ project: string; endpoint: string }>
  searchParams: Promise<{ grain?: string }>
}

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  return { title: `Monitoring ${decodeURIComponent((await params).endpoint)}` }
}

export default async function Page({ params, searchParams }: Props) {
  const { project, endpoint: encoded } = await params
  const endpoint = decodeURIComponent(encoded)
  const grain = (await searchParams).grain === 'day' ? 'day' : 'month'
  return (
    <Prefetch queries={trpc => [trpc.monitoring.status.queryOptions({ project, endpoint, grain })]}>
      <MonitorPage project={project} name={endpoint} />
    </Prefetch>
  )
}
