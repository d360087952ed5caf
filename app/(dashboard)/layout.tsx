import { headers } from 'next/headers'
import { redirect } from 'next/navigation'
import type { ReactNode } from 'react'
import { DashboardShell } from '#components/shell/dashboard-shell.tsx'
import { SIGN_IN_PATH } from '#components/shell/places.ts'
import { Prefetch } from '../prefetch.tsx'
import { pageContext } from '../server.ts'

export default async function DashboardLayout({ children }: { children: ReactNode }) {
  const { person } = await pageContext()
  const here = (await headers()).get('x-path') ?? '/'
  if (!person) {
    redirect(`${SIGN_IN_PATH}?callbackUrl=${encodeURIComponent(here)}`)
  }
  // The side bar stands above the project's layout and asks for these lists first: they must be there before it does.
  const project = /^\/p\/([^/?]+)/.exec(here)?.[1]
  return (
    <Prefetch
      queries={trpc => [
        trpc.access.me.queryOptions(),
        trpc.access.projects.queryOptions(),
        ...(project === undefined
          ? []
          : [
              trpc.orchestration.list.queryOptions({ project, state: 'active' }),
              trpc.registry.list.queryOptions({ project }),
              trpc.serving.list.queryOptions({ project }),
              trpc.monitoring.list.queryOptions({ project }),
            ]),
      ]}
    >
      <DashboardShell>{children}</DashboardShell>
    </Prefetch>
  )
}
