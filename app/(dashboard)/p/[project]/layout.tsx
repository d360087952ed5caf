import { notFound } from 'next/navigation'
import type { ReactNode } from 'react'
import { ArchivedNotice } from '#components/access/archived-notice.tsx'
import { pageContext } from '../../../server.ts'

interface Props {
  params: Promise<{ project: string }>
  children: ReactNode
}

/** Shows the same page for a missing project and for a project of others. */
export default async function ProjectLayout({ params, children }: Props) {
  const { project } = await params
  const context = await pageContext()
  // The surrounding layout redirects to sign-in.
  if (!context.person) return null
  await context.callerIn(project).catch((error: { code?: unknown }) => {
    if (error.code === 'not_found' || error.code === 'forbidden') notFound()
    throw error
  })
  return (
    <>
      <ArchivedNotice project={project} />
      {children}
    </>
  )
}
