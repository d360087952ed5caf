import { useMutation, useQuery } from '@tanstack/react-query'
import { type RouterOutputs, useTRPC } from '../trpc.ts'
import { actionColumn, badgeColumn, type DataColumn, dateColumn, textColumn } from '../ui/data-table/columns.tsx'
import { DataTable } from '../ui/data-table/data-table.tsx'
import { Problem } from '../ui/problem.tsx'
import { RowButton } from '../ui/row-button.tsx'

type Invitation = RouterOutputs['access']['invitations']['items'][number]

const LOOK: Record<string, string> = { open: 'queued', accepted: 'succeeded', revoked: 'revoked', expired: 'archived' }

/** The project's invitations; nothing while there are none. */
export function InvitationsPanel({ project }: { project: string }) {
  const trpc = useTRPC()
  const { data, error, refetch } = useQuery(trpc.access.invitations.queryOptions({ project }))
  const revoke = useMutation(trpc.access.revokeInvitation.mutationOptions())
  const columns: DataColumn<Invitation>[] = [
    textColumn('email', 'For', i => i.email ?? 'anyone with the link'),
    textColumn('role', 'Role', i => i.role, { facet: true }),
    badgeColumn('state', 'State', i => i.state, { look: i => LOOK[i.state] ?? i.state }),
    textColumn('by', 'Invited by', i => i.invitedBy, { dimmed: true }),
    dateColumn('created', 'Created', i => i.createdAt),
    dateColumn('expires', 'Expires', i => (i.state === 'open' ? i.expiresAt : null)),
    actionColumn(i =>
      i.state === 'open' ? (
        <RowButton
          label="Revoke"
          name={`Revoke the invitation for ${i.email ?? 'anyone with the link'}`}
          loading={revoke.isPending && revoke.variables.id === i.id}
          onClick={() => revoke.mutate({ project, id: i.id })}
        />
      ) : null,
    ),
  ]
  if (error) return <Problem error={error} onRetry={() => refetch()} />
  if (!data || data.items.length === 0) return null
  return (
    <>
      {revoke.error ? <Problem error={revoke.error} /> : null}
      <DataTable
        id="invitations"
        label="Invitations"
        title="Invitations"
        note="newest first"
        columns={columns}
        rows={data.items}
        rowKey={i => i.id}
      />
    </>
  )
}
