import type { Metadata } from 'next'
import { ModelList } from '#components/registry/model-list.tsx'

export const metadata: Metadata = { title: 'Registry' }

export default async function RegistryPage({ params }: { params: Promise<{ project: string }> }) {
  const { project } = await params
  return <ModelList project={project} />
}
