import { headers } from 'next/headers'
import { redirect } from 'next/navigation'
import type { ReactNode } from 'react'
import { DashboardShell } from '#components/shell/dashboard-shell.tsx'
import { SIGN_IN_PATH } from '#components/shell/places.ts'
import { Prefetch } from '../prefetch.tsx'
import { pageContext } from '../server.ts'

export default async function DashboardLayout({ children }: { children: ReactNode }) {
  const { person } = await pageContext()
  if (!person) {
    const here = (await headers()).get('x-path') ?? '/'
    redirect(`${SIGN_IN_PATH}?callbackUrl=${encodeURIComponent(here)}`)
  }
  return (
    <Prefetch queries={trpc => [trpc.access.me.queryOptions(), trpc.access.projects.queryOptions()]}>
      <DashboardShell>{children}</DashboardShell>
    </Prefetch>
  )
}
