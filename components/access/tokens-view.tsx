import { Button, Skeleton, Stack, Table, Text, VisuallyHidden } from '@mantine/core'
import { modals } from '@mantine/modals'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { mayGrant, type Role, type TokenView } from '#server/access/contract.ts'
import { useTRPC } from '../trpc.ts'
import { EmptyState } from '../ui/empty-state.tsx'
import { Panel } from '../ui/panel.tsx'
import { Problem } from '../ui/problem.tsx'
import { StateBadge } from '../ui/state-badge.tsx'
import { Time } from '../ui/time.tsx'
import { NewTokenDialog } from './new-token-dialog.tsx'

const STATE = { live: 'ok', expired: 'archived', revoked: 'revoked' } as const

export function TokensView({ project, role }: { project: string; role: Role }) {
  const trpc = useTRPC()
  const queries = useQueryClient()
  const [isMaking, setMaking] = useState(false)
  const { data, error, isPending, refetch } = useQuery(trpc.access.tokens.queryOptions({ project }))
  const revoke = useMutation(
    trpc.access.revokeToken.mutationOptions({ onSuccess: () => queries.invalidateQueries(trpc.access.pathFilter()) }),
  )
  const confirm = (token: TokenView) =>
    modals.openConfirmModal({
      title: `Revoke ${token.name}?`,
      children: (
        <Text size="sm">
          Programs that use it are refused: by the dashboard’s server at once, by the inference server within seconds.
          This cannot be undone; make a new token instead.
        </Text>
      ),
      labels: { confirm: 'Revoke', cancel: 'Cancel' },
      confirmProps: { color: 'red' },
      onConfirm: () => revoke.mutate({ project, id: token.id }),
    })
  const make = <Button onClick={() => setMaking(true)}>New token</Button>
  return (
    <Stack gap="md">
      {error ? <Problem error={error} onRetry={() => refetch()} /> : null}
      {revoke.error ? <Problem error={revoke.error} /> : null}
      {isPending && !error ? <Skeleton height={180} radius="md" aria-label="Loading the tokens" /> : null}
      {data?.items.length === 0 ? (
        <EmptyState title="No tokens yet" action={make}>
          Programs sign in with a token: notebooks, the command line, whatever asks your endpoints. A token belongs to
          this project and has a role.
        </EmptyState>
      ) : null}
      {data && data.items.length > 0 ? (
        <Panel flush title="API tokens" note="stored as hashes; shown once when made" actions={make}>
          <Table verticalSpacing={6}>
            <Table.Thead>
              <Table.Tr>
                <Table.Th>Name</Table.Th>
                <Table.Th>Begins with</Table.Th>
                <Table.Th>Role</Table.Th>
                <Table.Th>State</Table.Th>
                <Table.Th>Last used</Table.Th>
                <Table.Th>Expires</Table.Th>
                <Table.Th>Made by</Table.Th>
                <Table.Th>
                  <VisuallyHidden>Actions</VisuallyHidden>
                </Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {data.items.map(t => (
                <Table.Tr key={t.id}>
                  <Table.Td fw={500}>{t.name}</Table.Td>
                  <Table.Td ff="monospace" c="dimmed">
                    {t.prefix}…
                  </Table.Td>
                  <Table.Td>{t.role}</Table.Td>
                  <Table.Td>
                    <StateBadge state={STATE[t.state]} label={t.state} />
                  </Table.Td>
                  <Table.Td>{t.lastUsedAt ? <Time at={t.lastUsedAt} /> : 'never'}</Table.Td>
                  <Table.Td>{t.expiresAt ? <Time at={t.expiresAt} /> : 'never'}</Table.Td>
                  <Table.Td c="dimmed">{t.madeBy}</Table.Td>
                  <Table.Td ta="right">
                    {t.state === 'live' && mayGrant(role, t.role) ? (
                      <Button
                        variant="subtle"
                        color="gray"
                        size="compact-xs"
                        aria-label={`Revoke ${t.name}`}
                        onClick={() => confirm(t)}
                      >
                        Revoke
                      </Button>
                    ) : null}
                  </Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        </Panel>
      ) : null}
      <NewTokenDialog project={project} role={role} opened={isMaking} onClose={() => setMaking(false)} />
    </Stack>
  )
}
