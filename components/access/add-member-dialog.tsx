import { Button, Group, Modal, Stack, Text, TextInput } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import type { Role } from '#server/access/contract.ts'
import { useTRPC } from '../trpc.ts'
import { Problem } from '../ui/problem.tsx'
import { fieldProblems, isTold } from './field-problems.ts'
import { RoleSelect } from './role-select.tsx'
import { ShownOnce } from './shown-once.tsx'

/** Somebody who has an account here becomes a member at once; anybody else gets a link to join by. */
export function AddMemberDialog({
  project,
  opened,
  onClose,
}: {
  project: string
  opened: boolean
  onClose: () => void
}) {
  return (
    <Modal opened={opened} onClose={onClose} title="Add a member" closeButtonProps={{ 'aria-label': 'Close' }}>
      {/* Mounted anew each time, so that no link of before is shown. */}
      {opened ? <AddMember project={project} onClose={onClose} /> : null}
    </Modal>
  )
}

function AddMember({ project, onClose }: { project: string; onClose: () => void }) {
  const trpc = useTRPC()
  const queries = useQueryClient()
  const [email, setEmail] = useState('')
  const [role, setRole] = useState<Role>('engineer')
  const refresh = () => queries.invalidateQueries(trpc.access.pathFilter())
  const add = useMutation(
    trpc.access.addMember.mutationOptions({
      async onSuccess() {
        await refresh()
        onClose()
      },
    }),
  )
  const invite = useMutation(trpc.access.invite.mutationOptions({ onSuccess: refresh }))
  if (invite.data)
    return (
      <ShownOnce secret={invite.data.link} onDone={onClose}>
        Send this link to {email || 'the person you invite'}. It works once, for seven days
        {email ? ', and only for that address' : ''}. It is not shown again.
      </ShownOnce>
    )
  const error = add.error ?? invite.error
  const problems = fieldProblems(error)
  return (
    <form
      onSubmit={event => {
        event.preventDefault()
        invite.reset()
        add.mutate({ project, email, role })
      }}
    >
      <Stack gap="md">
        {error && !isTold(error, ['email']) ? <Problem error={error} /> : null}
        <TextInput
          label="E-mail"
          type="email"
          value={email}
          error={problems.email}
          data-autofocus
          onChange={event => setEmail(event.currentTarget.value)}
        />
        <RoleSelect label="Role" value={role} onChange={setRole} />
        <Text size="xs" c="dimmed">
          With an account here the person is added at once. Otherwise make an invitation link and send it yourself;
          without an e-mail address, whoever has the link may join.
        </Text>
        <Group gap="xs" justify="flex-end">
          <Button
            variant="default"
            loading={invite.isPending}
            onClick={() => {
              add.reset()
              invite.mutate({ project, role, email: email.trim() === '' ? undefined : email })
            }}
          >
            Make an invitation link
          </Button>
          <Button type="submit" loading={add.isPending} disabled={email.trim() === ''}>
            Add
          </Button>
        </Group>
      </Stack>
    </form>
  )
}
