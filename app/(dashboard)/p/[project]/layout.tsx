import { notFound } from 'next/navigation'
import type { ReactNode } from 'react'
import { Prefetch } from '../../../prefetch.tsx'
import { pageContext } from '../../../server.ts'

interface Props {
  params: Promise<{ project: string }>
  children: ReactNode
}

/** A project that is not there and one that is somebody else's look the same. */
export default async function ProjectLayout({ params, children }: Props) {
  const { project } = await params
  const context = await pageContext()
  await context.callerIn(project).catch((error: { code?: unknown }) => {
    if (error.code === 'not_found' || error.code === 'forbidden') notFound()
    throw error
  })
  return (
    <Prefetch
      queries={trpc => [
        trpc.orchestration.list.queryOptions({ project, state: 'active' }),
        trpc.registry.list.queryOptions({ project }),
        trpc.serving.list.queryOptions({ project }),
        trpc.monitoring.list.queryOptions({ project }),
      ]}
    >
      {children}
    </Prefetch>
  )
}
