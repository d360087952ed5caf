import type { Metadata } from 'next'
import { PromotePage } from '#components/registry/promote-page.tsx'

interface Props {
  params: Promise<{ project: string; model: string }>
}

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  return { title: `Promote ${decodeURIComponent((await params).model)}` }
}

export default async function Page({ params }: Props) {
  const { project, model } = await params
  return <PromotePage project={project} name={decodeURIComponent(model)} />
}
