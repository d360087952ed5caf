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
  // The side bar and the command palette request these lists before the pages. A list that is only prefetched with its page would be
  // missing in their cache, and the server would render the page without it.
  const project = /^\/p\/([^/?]+)/.exec(here)?.[1]
  return (
    <Prefetch
      queries={trpc => [
        trpc.access.me.queryOptions(),
        trpc.access.projects.queryOptions(),
        ...(project === undefined
          ? []
          : [
              trpc.access.here.queryOptions({ project }),
              trpc.orchestration.list.queryOptions({ project, state: 'active' }),
              trpc.data.list.queryOptions({ project }),
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
