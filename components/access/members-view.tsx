import { Badge, Button, Group, Skeleton, Stack, Table, Text, VisuallyHidden } from '@mantine/core'
import { modals } from '@mantine/modals'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import type { MemberView } from '#server/access/contract.ts'
import { useTRPC } from '../trpc.ts'
import { EmptyState } from '../ui/empty-state.tsx'
import { Panel } from '../ui/panel.tsx'
import { Problem } from '../ui/problem.tsx'
import { Time } from '../ui/time.tsx'
import { AddMemberDialog } from './add-member-dialog.tsx'
import { InvitationsPanel } from './invitations-panel.tsx'
import { RoleSelect } from './role-select.tsx'

export function MembersView({ project, mayManage }: { project: string; mayManage: boolean }) {
  const trpc = useTRPC()
  const queries = useQueryClient()
  const [isAdding, setAdding] = useState(false)
  const { data, error, isPending, refetch } = useQuery(trpc.access.members.queryOptions({ project }))
  const refresh = () => queries.invalidateQueries(trpc.access.pathFilter())
  const change = useMutation(trpc.access.changeMember.mutationOptions({ onSuccess: refresh }))
  const remove = useMutation(
    trpc.access.removeMember.mutationOptions({
      onSuccess: (_, { userId }) => {
        // Who left has nothing more to see here.
        if (data?.items.some(m => m.isSelf && m.userId === userId)) window.location.assign('/projects')
        else void refresh()
      },
    }),
  )
  const confirmRemoval = (member: MemberView) =>
    modals.openConfirmModal({
      title: member.isSelf ? 'Leave this project?' : `Remove ${member.name}?`,
      children: (
        <Text size="sm">
          {member.isSelf ? 'You lose' : `${member.name} loses`} access to this project at once. What{' '}
          {member.isSelf ? 'you' : 'they'} made stays; API tokens {member.isSelf ? 'you' : 'they'} made keep working
          until they are revoked.
        </Text>
      ),
      labels: { confirm: member.isSelf ? 'Leave' : 'Remove', cancel: 'Cancel' },
      confirmProps: { color: 'red' },
      onConfirm: () => remove.mutate({ project, userId: member.userId }),
    })
  const failed = change.error ?? remove.error
  return (
    <Stack gap="md">
      {error ? <Problem error={error} onRetry={() => refetch()} /> : null}
      {failed ? <Problem error={failed} /> : null}
      {isPending && !error ? <Skeleton height={180} radius="md" aria-label="Loading the members" /> : null}
      {data?.items.length === 0 ? (
        <EmptyState
          title="Nobody is a member yet"
          action={mayManage ? <Button onClick={() => setAdding(true)}>Add a member</Button> : undefined}
        >
          This project was made on the server’s machine. Administrators of the instance enter every project; invite the
          people who work here.
        </EmptyState>
      ) : null}
      {data && data.items.length > 0 ? (
        <Panel
          flush
          title="Members"
          actions={mayManage ? <Button onClick={() => setAdding(true)}>Add a member</Button> : undefined}
        >
          <Table verticalSpacing={6}>
            <Table.Thead>
              <Table.Tr>
                <Table.Th>Name</Table.Th>
                <Table.Th>E-mail</Table.Th>
                <Table.Th>Role</Table.Th>
                <Table.Th>Since</Table.Th>
                <Table.Th>
                  <VisuallyHidden>Actions</VisuallyHidden>
                </Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {data.items.map(m => (
                <Table.Tr key={m.userId}>
                  <Table.Td miw={140}>
                    <Group gap={6}>
                      <Text span size="sm" fw={500} style={{ whiteSpace: 'nowrap' }}>
                        {m.name}
                      </Text>
                      {m.isSelf ? <Flag>you</Flag> : null}
                      {m.isAdmin ? <Flag>administrator</Flag> : null}
                      {m.disabled ? <Flag>disabled</Flag> : null}
                    </Group>
                  </Table.Td>
                  <Table.Td c="dimmed">{m.email}</Table.Td>
                  <Table.Td>
                    {mayManage ? (
                      <RoleSelect
                        hiddenLabel={`Role of ${m.name}`}
                        value={m.role}
                        disabled={change.isPending}
                        onChange={role => change.mutate({ project, userId: m.userId, role })}
                      />
                    ) : (
                      m.role
                    )}
                  </Table.Td>
                  <Table.Td>
                    <Time at={m.since} />
                  </Table.Td>
                  <Table.Td ta="right">
                    {mayManage || m.isSelf ? (
                      <Button
                        variant="subtle"
                        color="gray"
                        size="compact-xs"
                        aria-label={m.isSelf ? 'Leave this project' : `Remove ${m.name}`}
                        onClick={() => confirmRemoval(m)}
                      >
                        {m.isSelf ? 'Leave' : 'Remove'}
                      </Button>
                    ) : null}
                  </Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        </Panel>
      ) : null}
      {mayManage ? <InvitationsPanel project={project} /> : null}
      <AddMemberDialog project={project} opened={isAdding} onClose={() => setAdding(false)} />
    </Stack>
  )
}

const Flag = ({ children }: { children: string }) => (
  <Badge size="xs" variant="light" color="gray" tt="none" fw={500} style={{ flexShrink: 0 }}>
    {children}
  </Badge>
)
