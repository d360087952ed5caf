import { Badge, Button, Group, Stack, Text } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { useMutation, useQuery } from '@tanstack/react-query'
import dynamic from 'next/dynamic'
import type { MemberView } from '#server/access/contract.ts'
import { MEMBER_ROLES, offeredRoles, type Role } from '#server/access/roles/contract.ts'
import { useTRPC } from '../trpc.ts'
import { ConfirmDialog } from '../ui/confirm-dialog.tsx'
import { actionColumn, type DataColumn, dateColumn, textColumn } from '../ui/data-table/columns.tsx'
import { DataTable } from '../ui/data-table/data-table.tsx'
import { EmptyState } from '../ui/empty-state.tsx'
import { paths } from '../ui/paths.ts'
import { Problem } from '../ui/problem.tsx'
import { QueryState } from '../ui/query-state.tsx'
import { RowButton } from '../ui/row-button.tsx'
import { useDialog } from '../ui/use-dialog.ts'
import { InvitationsPanel } from './invitations-panel.tsx'
import { RoleSelect } from './role-select.tsx'

// Loads when it opens.
const AddMemberDialog = dynamic(() => import('./add-member-dialog.tsx').then(m => m.AddMemberDialog), { ssr: false })

/** The members of a project, with their roles, and its invitations. */
export function MembersView({ project, mayManage }: { project: string; mayManage: boolean }) {
  const trpc = useTRPC()
  const [isAdding, adding] = useDisclosure()
  const removing = useDialog<MemberView>()
  const members = useQuery(trpc.access.members.queryOptions({ project }))
  const me = useQuery(trpc.access.me.queryOptions())
  const accounts = useDialog<MemberView>()
  const change = useMutation(trpc.access.changeMember.mutationOptions())
  const add = mayManage ? <Button onClick={adding.open}>Add member</Button> : undefined
  const columns = memberColumns({
    mayManage,
    disabled: change.isPending,
    isAdmin: me.data?.isAdmin ?? false,
    onRole: (userId, role) => {
      const next = MEMBER_ROLES.find(known => known === role)
      if (next) change.mutate({ project, userId, role: next })
    },
    onRemove: removing.open,
    onAccount: accounts.open,
  })
  return (
    <Stack gap="md">
      {change.error ? <Problem error={change.error} /> : null}
      <QueryState
        query={members}
        label="Loading the members"
        isEmpty={data => data.items.length === 0}
        empty={
          <EmptyState title="No members yet" action={add}>
            This project was created on the server’s machine. Administrators of the instance can open every project;
            invite the people who work here.
          </EmptyState>
        }
      >
        {data => (
          <DataTable
            id="members"
            label="Members"
            title="Members"
            actions={add}
            find="Search members"
            columns={columns}
            rows={data.items}
            rowKey={m => m.userId}
          />
        )}
      </QueryState>
      {mayManage ? <InvitationsPanel project={project} /> : null}
      <RemoveDialog project={project} member={removing.subject} onClose={removing.close} />
      <AccountDialog member={accounts.subject} onClose={accounts.close} />
      {isAdding ? <AddMemberDialog project={project} opened onClose={adding.close} /> : null}
    </Stack>
  )
}

interface MemberActions {
  mayManage: boolean
  disabled: boolean
  /** Whether the person is an administrator of the instance, who may disable accounts. */
  isAdmin: boolean
  onRole: (userId: string, role: Role) => void
  onRemove: (member: MemberView) => void
  onAccount: (member: MemberView) => void
}

const memberColumns = ({
  mayManage,
  disabled,
  isAdmin,
  onRole,
  onRemove,
  onAccount,
}: MemberActions): DataColumn<MemberView>[] => [
  textColumn('name', 'Name', m => m.name, {
    cell: m => (
      <Group gap={6} wrap="nowrap">
        <Text span size="sm" fw={500}>
          {m.name}
        </Text>
        {m.isSelf ? <Flag>you</Flag> : null}
        {m.isAdmin ? <Flag>instance administrator</Flag> : null}
        {m.disabled ? <Flag>disabled</Flag> : null}
      </Group>
    ),
  }),
  textColumn('email', 'E-mail', m => m.email, { dimmed: true }),
  textColumn('role', 'Role', m => m.role, {
    facet: true,
    cell: m =>
      mayManage ? (
        <RoleSelect
          hiddenLabel={`Role of ${m.name}`}
          value={m.role}
          roles={offeredRoles(MEMBER_ROLES, m.role)}
          disabled={disabled}
          onChange={role => onRole(m.userId, role)}
        />
      ) : (
        m.role
      ),
  }),
  dateColumn('since', 'Member since', m => m.since),
  actionColumn(m =>
    mayManage || m.isSelf ? (
      <Group gap={4} justify="flex-end" wrap="nowrap">
        {isAdmin && !m.isSelf ? (
          <RowButton
            label={m.disabled ? 'Enable' : 'Disable'}
            name={`${m.disabled ? 'Enable' : 'Disable'} the account of ${m.name}`}
            onClick={() => onAccount(m)}
          />
        ) : null}
        <RowButton
          label={m.isSelf ? 'Leave' : 'Remove'}
          name={m.isSelf ? 'Leave this project' : `Remove ${m.name}`}
          onClick={() => onRemove(m)}
        />
      </Group>
    ) : null,
  ),
]

function RemoveDialog({
  project,
  member,
  onClose,
}: {
  project: string
  member: MemberView | undefined
  onClose: () => void
}) {
  const trpc = useTRPC()
  const remove = useMutation(
    trpc.access.removeMember.mutationOptions({
      onSuccess: () => (member?.isSelf ? window.location.assign(paths.projects) : onClose()),
    }),
  )
  const isSelf = member?.isSelf ?? false
  return (
    <ConfirmDialog
      opened={member !== undefined}
      title={isSelf ? 'Leave this project?' : `Remove ${member?.name}?`}
      confirm={isSelf ? 'Leave' : 'Remove'}
      isPending={remove.isPending}
      error={remove.error}
      onConfirm={() => member && remove.mutate({ project, userId: member.userId })}
      onClose={onClose}
    >
      {isSelf ? 'You lose' : `${member?.name} loses`} access to this project at once. What {isSelf ? 'you' : 'they'}{' '}
      created stays; API tokens {isSelf ? 'you' : 'they'} created keep working until they are revoked.
    </ConfirmDialog>
  )
}

/** Disables the account of a member on the whole instance, or enables it again. */
function AccountDialog({ member, onClose }: { member: MemberView | undefined; onClose: () => void }) {
  const trpc = useTRPC()
  const disable = useMutation(trpc.access.disableUser.mutationOptions({ onSuccess: onClose }))
  const enable = useMutation(trpc.access.enableUser.mutationOptions({ onSuccess: onClose }))
  const isDisabled = member?.disabled ?? false
  const verb = isDisabled ? 'Enable' : 'Disable'
  return (
    <ConfirmDialog
      opened={member !== undefined}
      title={`${verb} the account of ${member?.name}?`}
      confirm={verb}
      isHarmless={isDisabled}
      isPending={disable.isPending || enable.isPending}
      error={disable.error ?? enable.error}
      onConfirm={() => member && (isDisabled ? enable : disable).mutate({ email: member.email })}
      onClose={onClose}
    >
      {isDisabled
        ? `${member?.name} can sign in again with the same password, in every project of this instance.`
        : `${member?.name} is signed out everywhere on this instance and cannot sign in. API tokens that they created keep working until they are revoked.`}
    </ConfirmDialog>
  )
}

const Flag = ({ children }: { children: string }) => (
  <Badge size="xs" variant="light" color="gray" tt="none" fw={500} style={{ flexShrink: 0 }}>
    {children}
  </Badge>
)
