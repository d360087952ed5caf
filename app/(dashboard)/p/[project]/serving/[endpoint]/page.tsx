import type { Metadata } from 'next'
import { EndpointPage } from '#components/serving/endpoint-page.tsx'
import { Prefetch } from '../../../../../prefetch.tsx'

interface Props {
  params: Promise<{ project: string; endpoint: string }>
}

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  return { title: decodeURIComponent((await params).endpoint) }
}

export default async function Page({ params }: Props) {
  const { project, endpoint } = await params
  return (
    <Prefetch queries={trpc => [trpc.serving.show.queryOptions({ project, endpoint: decodeURIComponent(endpoint) })]}>
      <EndpointPage project={project} name={decodeURIComponent(endpoint)} />
    </Prefetch>
  )
}
