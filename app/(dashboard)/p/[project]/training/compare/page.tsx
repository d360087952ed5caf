import type { Metadata } from 'next'
import { Prefetch } from '#app/prefetch.tsx'
import { ComparePage } from '#components/training/compare-page.tsx'

export const metadata: Metadata = { title: 'Compare runs' }

interface Props {
  params: Promise<{ project: string }>
  searchParams: Promise<{ runs?: string | string[] }>
}

export default async function Page({ params, searchParams }: Props) {
  const { project } = await params
  const { runs: listed } = await searchParams
  const runs = typeof listed === 'string' ? listed.split(',').filter(Boolean) : []
  return (
    <Prefetch queries={trpc => (runs.length < 2 ? [] : [trpc.training.compare.queryOptions({ project, runs })])}>
      <ComparePage project={project} />
    </Prefetch>
  )
}
