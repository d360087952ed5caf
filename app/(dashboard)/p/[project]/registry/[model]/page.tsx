import type { Metadata } from 'next'
import { ModelPage } from '#components/registry/model-page.tsx'

interface Props {
  params: Promise<{ project: string; model: string }>
}

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  return { title: decodeURIComponent((await params).model) }
}

export default async function Page({ params }: Props) {
  const { project, model } = await params
  return <ModelPage project={project} name={decodeURIComponent(model)} />
}
