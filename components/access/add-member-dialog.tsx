import { Button, Stack, Text } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import { inviteInput, MEMBER_ROLES, offeredRoles } from '#server/access/contract.ts'
import { useTRPC } from '../trpc.ts'
import { Problem } from '../ui/problem.tsx'
import { FormActions } from '../ui/schema-form/form-actions.tsx'
import { FormDialog } from '../ui/schema-form/form-dialog.tsx'
import { FormFields } from '../ui/schema-form/schema-form.tsx'
import { useSchemaForm } from '../ui/schema-form/use-schema-form.ts'
import { ROLE_DESCRIPTIONS } from './labels.ts'
import { ShownOnce } from './shown-once.tsx'

/** Adds an existing account as a member, or creates an invitation link. */
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
    <FormDialog title="Add member" opened={opened} onClose={onClose}>
      <AddMember project={project} onClose={onClose} />
    </FormDialog>
  )
}

function AddMember({ project, onClose }: { project: string; onClose: () => void }) {
  const trpc = useTRPC()
  const add = useMutation(
    trpc.access.addMember.mutationOptions({ onSuccess: ({ invitation }) => (invitation ? undefined : onClose()) }),
  )
  const invite = useMutation(trpc.access.invite.mutationOptions())
  const state = useSchemaForm(inviteInput, {
    initial: { role: 'engineer' },
    hints: { role: { enum: offeredRoles(MEMBER_ROLES), descriptions: ROLE_DESCRIPTIONS } },
    error: add.error ?? invite.error,
  })
  const made = invite.data ?? add.data?.invitation
  if (made) {
    const email = invite.data ? invite.variables?.email : add.variables?.email
    return (
      <ShownOnce secret={made.link} onDone={onClose}>
        {invite.data ? '' : `${email} has no account on this instance yet. `}
        {email
          ? `Send this link to ${email}. It works once, for seven days, and only for that address.`
          : 'Send this link to the person you invite. It works once, for seven days.'}{' '}
        It is not shown again.
      </ShownOnce>
    )
  }
  const withEmail = String(state.form.getValues().email).trim() !== ''
  return (
    <form
      noValidate
      onSubmit={state.onSubmit(({ email, role }) => {
        invite.reset()
        if (email) add.mutate({ project, email, role, invite: true })
        else invite.mutate({ project, role })
      })}
    >
      <Stack gap="sm">
        {state.problem ? <Problem error={state.problem} /> : null}
        <FormFields state={state} focusFirst />
        <Text size="xs" c="dimmed">
          An existing account is added at once; for another address you get an invitation link to send. Without an
          e-mail address the link is for anyone who has it.
        </Text>
        <FormActions
          submit={withEmail ? 'Add or invite' : 'Create invitation link'}
          busy={add.isPending || (invite.isPending && !withEmail)}
        >
          {withEmail ? (
            <Button
              variant="default"
              loading={invite.isPending}
              onClick={() => {
                add.reset()
                state.onSubmit(input => invite.mutate({ project, ...input }))()
              }}
            >
              Create invitation link
            </Button>
          ) : null}
        </FormActions>
      </Stack>
    </form>
  )
}
