import type { Metadata } from 'next'
import { DatasetPage } from '#components/data/dataset-page.tsx'

interface Props {
  params: Promise<{ project: string; name: string }>
}

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  return { title: decodeURIComponent((await params).name) }
}

export default async function Page({ params }: Props) {
  const { project, name } = await params
  return <DatasetPage project={project} name={decodeURIComponent(name)} />
}
