'use client'
import { Button, Stack } from '@mantine/core'
import { useMutation, useQuery } from '@tanstack/react-query'
import Link from 'next/link'
import { leave } from '../shell/leave.ts'
import type { RouterOutputs } from '../trpc.ts'
import { useTRPC } from '../trpc.ts'
import { actionColumn, type DataColumn, dateColumn, textColumn } from '../ui/data-table/columns.tsx'
import { DataTable } from '../ui/data-table/data-table.tsx'
import { PageHeader } from '../ui/page-header.tsx'
import { paths } from '../ui/paths.ts'
import { Problem } from '../ui/problem.tsx'
import { QueryState } from '../ui/query-state.tsx'
import { RowButton } from '../ui/row-button.tsx'
import { StateBadge } from '../ui/state-badge.tsx'
import { ChangePassword } from './change-password.tsx'
import { deviceLabel } from './labels.ts'

type Session = RouterOutputs['access']['sessions']['items'][number]

/** The account of the signed-in person and its sessions. */
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
              <Button variant="default" component={Link} href={paths.instanceAudit}>
                Instance audit log
              </Button>
            ) : null}
            <Button variant="default" onClick={() => void leave()}>
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
  const sessions = useQuery(trpc.access.sessions.queryOptions())
  const revoke = useMutation(trpc.access.revokeSession.mutationOptions())
  const columns: DataColumn<Session>[] = [
    textColumn('browser', 'Browser', s => deviceLabel(s.userAgent), { title: s => s.userAgent ?? undefined }),
    dateColumn('created', 'Signed in', s => s.createdAt),
    dateColumn('seen', 'Last active', s => s.lastSeenAt),
    dateColumn('expires', 'Expires', s => s.expiresAt),
    actionColumn(s =>
      s.isCurrent ? (
        <StateBadge state="ok" label="this session" />
      ) : (
        <RowButton
          label="Sign out"
          name={`Sign out ${deviceLabel(s.userAgent)}`}
          loading={revoke.isPending && revoke.variables.id === s.id}
          onClick={() => revoke.mutate({ id: s.id })}
        />
      ),
    ),
  ]
  return (
    <QueryState query={sessions} label="Loading your sessions" height={140}>
      {data => (
        <>
          {revoke.error ? <Problem error={revoke.error} /> : null}
          <DataTable
            id="sessions"
            label="Sessions"
            title="Sessions"
            note="a session ends 30 days after sign-in"
            columns={columns}
            rows={data.items}
            rowKey={s => s.id}
          />
        </>
      )}
    </QueryState>
  )
}
