import type { Metadata } from 'next'
import { EndpointList } from '#components/serving/endpoint-list.tsx'

export const metadata: Metadata = { title: 'Serving' }

export default async function ServingPage({ params }: { params: Promise<{ project: string }> }) {
  const { project } = await params
  return <EndpointList project={project} />
}
