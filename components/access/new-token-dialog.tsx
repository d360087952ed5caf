import { useMutation } from '@tanstack/react-query'
import { z } from 'zod'
import { createTokenInput, mayGrant, offeredRoles, ROLES, type Role } from '#server/access/contract.ts'
import { useTRPC } from '../trpc.ts'
import { FormDialog } from '../ui/schema-form/form-dialog.tsx'
import { SchemaForm } from '../ui/schema-form/schema-form.tsx'
import { ROLE_DESCRIPTIONS } from './labels.ts'
import { ShownOnce } from './shown-once.tsx'

const EXPIRY = { '7': '7 days', '30': '30 days', '90': '90 days', '365': '1 year', never: 'Never' }
const DAYS = ['7', '30', '90', '365'] as const

const tokenForm = createTokenInput.extend({
  expiresInDays: z
    .enum([...DAYS, 'never'])
    .default('90')
    .meta({ title: 'Expires after', labels: EXPIRY }),
})

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
    <FormDialog title="New API token" opened={opened} onClose={onClose}>
      <NewToken project={project} own={role} onClose={onClose} />
    </FormDialog>
  )
}

function NewToken({ project, own, onClose }: { project: string; own: Role; onClose: () => void }) {
  const trpc = useTRPC()
  const create = useMutation(trpc.access.createToken.mutationOptions())
  if (create.data)
    return (
      <ShownOnce secret={create.data.token} onDone={onClose}>
        Copy the token now; it is not shown again. Send it as <code>Authorization: Bearer …</code>; the command line
        reads it from <code>FLEXIML_TOKEN</code>.
      </ShownOnce>
    )
  return (
    <SchemaForm
      schema={tokenForm}
      initial={{ role: 'viewer' }}
      hints={{
        name: { description: 'What uses the token, for example notebook or CI.' },
        role: { enum: offeredRoles(ROLES, own).filter(r => mayGrant(own, r)), descriptions: ROLE_DESCRIPTIONS },
        expiresInDays: { enum: own === 'owner' ? [...DAYS, 'never'] : [...DAYS] },
      }}
      error={create.error}
      onSubmit={({ expiresInDays: days, ...input }) =>
        create.mutate({ project, ...input, expiresInDays: days === 'never' ? null : Number(days) })
      }
      submit="Create token"
      busy={create.isPending}
      onCancel={onClose}
      focusFirst
    />
  )
}
