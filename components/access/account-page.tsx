'use client'
import { Button, Skeleton, Stack, Table, VisuallyHidden } from '@mantine/core'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import Link from 'next/link'
import { signOut } from 'next-auth/react'
import { useTRPC } from '../trpc.ts'
import { PageHeader } from '../ui/page-header.tsx'
import { Panel } from '../ui/panel.tsx'
import { Problem } from '../ui/problem.tsx'
import { StateBadge } from '../ui/state-badge.tsx'
import { Time } from '../ui/time.tsx'
import { ChangePassword } from './change-password.tsx'
import { deviceLabel } from './labels.ts'

/** Who I am here, where I am signed in. */
export function AccountPage() {
  const trpc = useTRPC()
  const me = useQuery(trpc.access.me.queryOptions())
  const sentence = me.data
    ? `${me.data.email}${me.data.isAdmin ? ' · administrator of this instance, owner of every project' : ''}`
    : ' '
  return (
    <Stack gap="md" maw={900}>
      <PageHeader
        title={me.data?.name ?? 'Your account'}
        sentence={sentence}
        actions={
          <>
            {me.data?.isAdmin ? (
              <Button variant="default" component={Link} href="/account/audit">
                Audit of the instance
              </Button>
            ) : null}
            <Button variant="default" onClick={() => signOut({ callbackUrl: '/sign-in' })}>
              Sign out
            </Button>
          </>
        }
      />
      {me.error ? <Problem error={me.error} onRetry={() => me.refetch()} /> : null}
      <SessionsPanel />
      {me.data ? <ChangePassword email={me.data.email} /> : null}
    </Stack>
  )
}

function SessionsPanel() {
  const trpc = useTRPC()
  const queries = useQueryClient()
  const { data, error, isPending, refetch } = useQuery(trpc.access.sessions.queryOptions())
  const revoke = useMutation(
    trpc.access.revokeSession.mutationOptions({
      onSuccess: () => queries.invalidateQueries(trpc.access.sessions.pathFilter()),
    }),
  )
  if (error) return <Problem error={error} onRetry={() => refetch()} />
  if (isPending) return <Skeleton height={140} radius="md" aria-label="Loading your sessions" />
  return (
    <Panel flush title="Where you are signed in" note="a session ends 30 days after signing in">
      {revoke.error ? <Problem error={revoke.error} /> : null}
      <Table verticalSpacing={6}>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>Browser</Table.Th>
            <Table.Th>Signed in</Table.Th>
            <Table.Th>Last seen</Table.Th>
            <Table.Th>Ends</Table.Th>
            <Table.Th>
              <VisuallyHidden>Actions</VisuallyHidden>
            </Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {data.items.map(s => (
            <Table.Tr key={s.id}>
              <Table.Td miw={150} title={s.userAgent ?? undefined}>
                {deviceLabel(s.userAgent)}
              </Table.Td>
              <Table.Td>
                <Time at={s.createdAt} />
              </Table.Td>
              <Table.Td>
                <Time at={s.lastSeenAt} />
              </Table.Td>
              <Table.Td>
                <Time at={s.expiresAt} />
              </Table.Td>
              <Table.Td ta="right">
                {s.isCurrent ? (
                  <StateBadge state="ok" label="this one" />
                ) : (
                  <Button
                    variant="subtle"
                    color="gray"
                    size="compact-xs"
                    aria-label={`Sign out ${deviceLabel(s.userAgent)}`}
                    loading={revoke.isPending && revoke.variables.id === s.id}
                    onClick={() => revoke.mutate({ id: s.id })}
                  >
                    Sign out
                  </Button>
                )}
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Panel>
  )
}
