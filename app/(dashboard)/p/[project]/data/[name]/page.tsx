import type { Metadata } from 'next'
import { DatasetPage } from '#components/data/dataset-page.tsx'
import { Prefetch } from '../../../../../prefetch.tsx'

interface Props {
  params: Promise<{ project: string; name: string }>
}

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  return { title: decodeURIComponent((await params).name) }
}

export default async function Page({ params }: Props) {
  const { project, name } = await params
  return (
    <Prefetch queries={trpc => [trpc.data.show.queryOptions({ project, dataset: decodeURIComponent(name) })]}>
      <DatasetPage project={project} name={decodeURIComponent(name)} />
    </Prefetch>
  )
}
