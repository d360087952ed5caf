import { Button, Table, VisuallyHidden } from '@mantine/core'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useTRPC } from '../trpc.ts'
import { Panel } from '../ui/panel.tsx'
import { Problem } from '../ui/problem.tsx'
import { StateBadge } from '../ui/state-badge.tsx'
import { Time } from '../ui/time.tsx'

const STATE: Record<string, string> = { open: 'queued', accepted: 'succeeded', revoked: 'revoked', expired: 'archived' }

/** Nothing at all while nobody was invited. */
export function InvitationsPanel({ project }: { project: string }) {
  const trpc = useTRPC()
  const queries = useQueryClient()
  const { data, error, refetch } = useQuery(trpc.access.invitations.queryOptions({ project }))
  const revoke = useMutation(
    trpc.access.revokeInvitation.mutationOptions({
      onSuccess: () => queries.invalidateQueries(trpc.access.pathFilter()),
    }),
  )
  if (error) return <Problem error={error} onRetry={() => refetch()} />
  if (!data || data.items.length === 0) return null
  return (
    <Panel flush title="Invitations" note="newest first">
      {revoke.error ? <Problem error={revoke.error} /> : null}
      <Table verticalSpacing={6}>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>For</Table.Th>
            <Table.Th>Role</Table.Th>
            <Table.Th>State</Table.Th>
            <Table.Th>Invited by</Table.Th>
            <Table.Th>Made</Table.Th>
            <Table.Th>Expires</Table.Th>
            <Table.Th>
              <VisuallyHidden>Actions</VisuallyHidden>
            </Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {data.items.map(i => (
            <Table.Tr key={i.id}>
              <Table.Td>{i.email ?? 'whoever has the link'}</Table.Td>
              <Table.Td>{i.role}</Table.Td>
              <Table.Td>
                <StateBadge state={STATE[i.state] ?? i.state} label={i.state} />
              </Table.Td>
              <Table.Td c="dimmed">{i.invitedBy}</Table.Td>
              <Table.Td>
                <Time at={i.createdAt} />
              </Table.Td>
              <Table.Td>{i.state === 'open' ? <Time at={i.expiresAt} /> : '–'}</Table.Td>
              <Table.Td ta="right">
                {i.state === 'open' ? (
                  <Button
                    variant="subtle"
                    color="gray"
                    size="compact-xs"
                    loading={revoke.isPending && revoke.variables.id === i.id}
                    onClick={() => revoke.mutate({ project, id: i.id })}
                  >
                    Withdraw
                  </Button>
                ) : null}
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Panel>
  )
}
