'use client'
import { Skeleton, Stack, Tabs } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { roleMay } from '#server/access/roles/contract.ts'
import { useTRPC } from '../trpc.ts'
import { EmptyState } from '../ui/empty-state.tsx'
import { formatCount } from '../ui/format.ts'
import { PageHeader } from '../ui/page-header.tsx'
import { Problem } from '../ui/problem.tsx'
import { TabList } from '../ui/tab-list.tsx'
import { useTab } from '../ui/use-tab.ts'
import { ProjectAudit } from './audit-view.tsx'
import { MembersView } from './members-view.tsx'
import { TokensView } from './tokens-view.tsx'

const TABS = ['members', 'tokens', 'audit'] as const
const LABEL = { members: 'Members', tokens: 'Tokens', audit: 'Audit' }

/** Members, API tokens and the audit log of a project. */
export function AccessPage({ project }: { project: string }) {
  const [tab, setTab] = useTab(TABS, 'members')
  const trpc = useTRPC()
  const here = useQuery(trpc.access.here.queryOptions({ project }))
  const members = useQuery(trpc.access.members.queryOptions({ project }))
  const role = here.data?.role
  const owners = members.data?.items.filter(m => m.role === 'owner' && !m.disabled).length
  const sentence =
    role && members.data
      ? `Your role: ${role}. ${formatCount(members.data.items.length, 'member')}, ${formatCount(owners ?? 0, 'owner')}.`
      : ' '
  return (
    <Stack gap="md">
      <PageHeader title="Access" sentence={sentence} />
      {here.error ? <Problem error={here.error} onRetry={() => here.refetch()} /> : null}
      <Tabs value={tab} onChange={setTab} keepMounted={false}>
        <TabList labels={LABEL} />
        {!role && !here.error ? <Skeleton height={240} radius="md" aria-label="Loading" /> : null}
        {role ? (
          <>
            <Tabs.Panel value="members">
              <MembersView project={project} mayManage={roleMay(role, 'member:manage')} />
            </Tabs.Panel>
            <Tabs.Panel value="tokens">
              {roleMay(role, 'token:read') ? (
                <TokensView project={project} role={role} />
              ) : (
                <NotForYou title="API tokens are for engineers, approvers and owners" role={role} />
              )}
            </Tabs.Panel>
            <Tabs.Panel value="audit">
              {roleMay(role, 'audit:read') ? (
                <ProjectAudit project={project} />
              ) : (
                <NotForYou title="The audit log is for approvers and owners" role={role} />
              )}
            </Tabs.Panel>
          </>
        ) : null}
      </Tabs>
    </Stack>
  )
}

function NotForYou({ title, role }: { title: string; role: string }) {
  return (
    <EmptyState title={title}>
      Your role is {role}. An owner of the project can give you a higher one; the Members tab shows who they are.
    </EmptyState>
  )
}
