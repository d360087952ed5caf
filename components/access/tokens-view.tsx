import { Button, Stack } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { useMutation, useQuery } from '@tanstack/react-query'
import dynamic from 'next/dynamic'
import type { TokenView } from '#server/access/contract.ts'
import { mayGrant, type Role } from '#server/access/roles/contract.ts'
import { useTRPC } from '../trpc.ts'
import { ConfirmDialog } from '../ui/confirm-dialog.tsx'
import { actionColumn, badgeColumn, type DataColumn, dateColumn, textColumn } from '../ui/data-table/columns.tsx'
import { DataTable } from '../ui/data-table/data-table.tsx'
import { EmptyState } from '../ui/empty-state.tsx'
import { QueryState } from '../ui/query-state.tsx'
import { RowButton } from '../ui/row-button.tsx'
import { useDialog } from '../ui/use-dialog.ts'

// Loads when it opens.
const NewTokenDialog = dynamic(() => import('./new-token-dialog.tsx').then(m => m.NewTokenDialog), { ssr: false })

const LOOK = { live: 'ok', expired: 'archived', revoked: 'revoked' } as const

const tokenColumns = (role: Role, onRevoke: (token: TokenView) => void): DataColumn<TokenView>[] => [
  textColumn('name', 'Name', t => t.name, { strong: true }),
  textColumn('prefix', 'Prefix', t => `${t.prefix}…`, { mono: true, dimmed: true }),
  textColumn('role', 'Role', t => t.role, { facet: true }),
  badgeColumn('state', 'State', t => t.state, { look: t => LOOK[t.state] }),
  dateColumn('used', 'Last used', t => t.lastUsedAt, { none: 'never' }),
  dateColumn('expires', 'Expires', t => t.expiresAt, { none: 'never' }),
  textColumn('by', 'Created by', t => t.madeBy, { dimmed: true }),
  actionColumn(t =>
    t.state === 'live' && mayGrant(role, t.role) ? (
      <RowButton label="Revoke" name={`Revoke ${t.name}`} onClick={() => onRevoke(t)} />
    ) : null,
  ),
]

/** The API tokens of a project. */
export function TokensView({ project, role }: { project: string; role: Role }) {
  const trpc = useTRPC()
  const [isCreating, creating] = useDisclosure()
  const revoking = useDialog<TokenView>()
  const tokens = useQuery(trpc.access.tokens.queryOptions({ project }))
  const create = <Button onClick={creating.open}>New token</Button>
  return (
    <Stack gap="md">
      <QueryState
        query={tokens}
        label="Loading the tokens"
        isEmpty={data => data.items.length === 0}
        empty={
          <EmptyState title="No API tokens" action={create}>
            Programs sign in with a token: notebooks, the command line, clients of your endpoints. A token belongs to
            this project and has a role.
          </EmptyState>
        }
      >
        {data => (
          <DataTable
            id="tokens"
            label="API tokens"
            title="API tokens"
            note="stored as hashes; shown once when created"
            actions={create}
            find="Search tokens"
            columns={tokenColumns(role, revoking.open)}
            rows={data.items}
            rowKey={t => t.id}
          />
        )}
      </QueryState>
      <RevokeDialog project={project} token={revoking.subject} onClose={revoking.close} />
      {isCreating ? <NewTokenDialog project={project} role={role} opened onClose={creating.close} /> : null}
    </Stack>
  )
}

function RevokeDialog({
  project,
  token,
  onClose,
}: {
  project: string
  token: TokenView | undefined
  onClose: () => void
}) {
  const trpc = useTRPC()
  const revoke = useMutation(trpc.access.revokeToken.mutationOptions({ onSuccess: onClose }))
  return (
    <ConfirmDialog
      opened={token !== undefined}
      title={`Revoke ${token?.name}?`}
      confirm="Revoke"
      isPending={revoke.isPending}
      error={revoke.error}
      onConfirm={() => token && revoke.mutate({ project, id: token.id })}
      onClose={onClose}
    >
      Programs that use it are refused: by the dashboard at once, by the inference server within seconds. This cannot be
      undone; create a new token instead.
    </ConfirmDialog>
  )
}
