import type { Metadata } from 'next'
import { ProjectList } from '#components/access/project-list.tsx'
import { Prefetch } from '../../prefetch.tsx'

export const metadata: Metadata = { title: 'Projects' }

export default function Page() {
  return (
    <Prefetch queries={trpc => [trpc.access.projects.queryOptions()]}>
      <ProjectList />
    </Prefetch>
  )
}
