import { Text } from '@mantine/core'
import { useMutation, useQuery } from '@tanstack/react-query'
import { useRouter } from 'next/navigation'
import { registerInputSchema } from '#server/registry/contract.ts'
import { useTRPC } from '../trpc.ts'
import { paths } from '../ui/paths.ts'
import { FormDialog } from '../ui/schema-form/form-dialog.tsx'
import { SchemaForm } from '../ui/schema-form/schema-form.tsx'

const registerForm = registerInputSchema.omit({ run: true })

/** Registers a run as a version of a model and opens the model. */
export function RegisterDialog({
  opened,
  onClose,
  ...props
}: {
  project: string
  run: { run: string; number: number; trainer: string }
  suggested: string
  opened: boolean
  onClose: () => void
}) {
  return (
    <FormDialog title={`Register run #${props.run.number}`} opened={opened} onClose={onClose}>
      <RegisterForm {...props} onClose={onClose} />
    </FormDialog>
  )
}

function RegisterForm({
  project,
  run,
  suggested,
  onClose,
}: {
  project: string
  run: { run: string }
  suggested: string
  onClose: () => void
}) {
  const trpc = useTRPC()
  const router = useRouter()
  const models = useQuery(trpc.registry.list.queryOptions({ project })).data?.items ?? []
  const register = useMutation(
    trpc.registry.register.mutationOptions({
      onSuccess: ({ model }) => router.push(paths.model(project, model)),
    }),
  )
  return (
    <SchemaForm
      schema={registerForm}
      initial={{ name: suggested }}
      options={{ name: models.map(m => m.model) }}
      error={register.error}
      onSubmit={input => register.mutate({ project, run: run.run, ...input })}
      submit="Register"
      busy={register.isPending || register.isSuccess}
      onCancel={onClose}
      focusFirst
    >
      {({ name }) => (
        <Text size="sm" c="dimmed">
          {describeRegistration(models.find(m => m.model === String(name).trim()))}
        </Text>
      )}
    </SchemaForm>
  )
}

/** What registering does, for a new or an existing model. */
function describeRegistration(model: { model: string; latestVersion: number; champion: number | null } | undefined) {
  if (!model) return 'Creates version 1 of a new model. Not deployed until promoted.'
  const next = `Creates version ${model.latestVersion + 1} of ${model.model}.`
  return model.champion === null
    ? next
    : `${next} v${model.champion} stays in production until another version is promoted.`
}
