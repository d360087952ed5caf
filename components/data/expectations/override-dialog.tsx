import { Text } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import { overrideInput } from '#server/data/expectations/contract.ts'
import { useTRPC } from '../../trpc.ts'
import { FormDialog } from '../../ui/schema-form/form-dialog.tsx'
import { SchemaForm } from '../../ui/schema-form/schema-form.tsx'

const reasonForm = overrideInput.omit({ dataset: true })

/** Allows training on a failing version; the reason is kept in the audit log and shown with every run. */
export function OverrideDialog({
  project,
  dataset,
  opened,
  onClose,
}: {
  project: string
  dataset: string
  opened: boolean
  onClose: () => void
}) {
  const { mutate, isPending, error } = useMutation(useTRPC().data.expectations.override.mutationOptions())
  return (
    <FormDialog title={`Allow training on ${dataset}`} opened={opened} onClose={onClose}>
      <SchemaForm
        schema={reasonForm}
        error={error}
        onSubmit={({ reason }) => mutate({ project, dataset, reason }, { onSuccess: onClose })}
        submit="Allow training"
        destructive
        busy={isPending}
        onCancel={onClose}
        focusFirst
        intro={
          <Text size="sm" c="dimmed">
            Training on this version is blocked because a blocking check failed. You can allow it for these failures and
            this version. Your reason is kept in the audit log and shown with every run on it.
          </Text>
        }
      />
    </FormDialog>
  )
}
