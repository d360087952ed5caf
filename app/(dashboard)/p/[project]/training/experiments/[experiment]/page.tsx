import type { Metadata } from 'next'
import { redirect } from 'next/navigation'
import { Prefetch } from '#app/prefetch.tsx'
import { ExperimentPage } from '#components/training/experiment-page.tsx'
import { upgradeRunFilter } from '#components/training/filter-runs.ts'
import { paths } from '#components/ui/paths.ts'

interface Props {
  params: Promise<{ project: string; experiment: string }>
  searchParams: Promise<Record<string, string | string[] | undefined>>
}

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  return { title: decodeURIComponent((await params).experiment) }
}

export default async function Page({ params, searchParams }: Props) {
  const { project, experiment: encoded } = await params
  const experiment = decodeURIComponent(encoded)
  const search = Object.entries(await searchParams).map(([key, value]) => [key, [value].flat().join(',') || undefined])
  const upgraded = upgradeRunFilter(Object.fromEntries(search))
  if (upgraded !== null) redirect(`${paths.experiment(project, experiment)}?${upgraded}`)
  return (
    <Prefetch queries={trpc => [trpc.training.show.queryOptions({ project, experiment })]}>
      <ExperimentPage project={project} experiment={experiment} />
    </Prefetch>
  )
}
