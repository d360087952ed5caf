import { Button, Group, Modal, Select, Stack, TextInput } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { mayGrant, ROLES, type Role } from '#server/access/contract.ts'
import { useTRPC } from '../trpc.ts'
import { Problem } from '../ui/problem.tsx'
import { fieldProblems, isTold } from './field-problems.ts'
import { RoleSelect } from './role-select.tsx'
import { ShownOnce } from './shown-once.tsx'

const DAYS = [
  { value: '7', label: '7 days' },
  { value: '30', label: '30 days' },
  { value: '90', label: '90 days' },
  { value: '365', label: '1 year' },
]

export function NewTokenDialog({
  project,
  role,
  opened,
  onClose,
}: {
  project: string
  role: Role
  opened: boolean
  onClose: () => void
}) {
  return (
    <Modal opened={opened} onClose={onClose} title="New API token" closeButtonProps={{ 'aria-label': 'Close' }}>
      {/* Mounted anew each time: a token of before is not shown again. */}
      {opened ? <NewToken project={project} own={role} onClose={onClose} /> : null}
    </Modal>
  )
}

function NewToken({ project, own, onClose }: { project: string; own: Role; onClose: () => void }) {
  const trpc = useTRPC()
  const queries = useQueryClient()
  const [name, setName] = useState('')
  const [role, setRole] = useState<Role>(own === 'viewer' ? 'viewer' : 'engineer')
  const [days, setDays] = useState('90')
  const make = useMutation(
    trpc.access.createToken.mutationOptions({
      onSuccess: () => queries.invalidateQueries(trpc.access.pathFilter()),
    }),
  )
  if (make.data)
    return (
      <ShownOnce secret={make.data.token} onDone={onClose}>
        Copy the token now; it is not shown again. Programs send it as <code>Authorization: Bearer …</code>, the command
        line reads it from <code>FLEXIML_TOKEN</code>.
      </ShownOnce>
    )
  return (
    <form
      onSubmit={event => {
        event.preventDefault()
        make.mutate({ project, name, role, expiresInDays: days === 'never' ? null : Number(days) })
      }}
    >
      <Stack gap="md">
        {make.error && !isTold(make.error, ['name']) ? <Problem error={make.error} /> : null}
        <TextInput
          label="Name"
          description="What uses it, so that you know it again"
          required
          maxLength={120}
          data-autofocus
          value={name}
          error={fieldProblems(make.error).name}
          onChange={event => setName(event.currentTarget.value)}
        />
        <RoleSelect label="Role" value={role} roles={ROLES.filter(r => mayGrant(own, r))} onChange={setRole} />
        <Select
          label="Expires after"
          data={own === 'owner' ? [...DAYS, { value: 'never', label: 'Never' }] : DAYS}
          allowDeselect={false}
          value={days}
          onChange={value => setDays(value ?? '90')}
        />
        <Group gap="xs" justify="flex-end">
          <Button variant="subtle" color="gray" onClick={onClose}>
            Cancel
          </Button>
          <Button type="submit" loading={make.isPending} disabled={name.trim() === ''}>
            Make the token
          </Button>
        </Group>
      </Stack>
    </form>
  )
}
