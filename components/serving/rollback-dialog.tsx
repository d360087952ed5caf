import { Text } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import type { EndpointDetail } from '#server/serving/contract.ts'
import { rollbackInputSchema } from '#server/serving/contract.ts'
import { useTRPC } from '../trpc.ts'
import { Problem } from '../ui/problem.tsx'
import { FormDialog } from '../ui/schema-form/form-dialog.tsx'
import { SchemaForm } from '../ui/schema-form/schema-form.tsx'

const reasonForm = rollbackInputSchema.pick({ reason: true })

/** Confirms a rollback; without `to`, to the previous version. */
export function RollbackDialog({
  project,
  shown,
  to,
  opened,
  onClose,
}: {
  project: string
  shown: Pick<EndpointDetail, 'endpoint' | 'model' | 'version' | 'previous'>
  to?: number
  opened: boolean
  onClose: () => void
}) {
  const rollback = useMutation(useTRPC().serving.rollback.mutationOptions())
  const back = to ?? shown.previous
  const target = back === null ? 'the previous version' : `${shown.model} v${back}`
  const laggards = rollback.data?.laggards ?? []
  const send = (reason: string | undefined) =>
    rollback.mutate(
      { project, endpoint: shown.endpoint, to, reason },
      {
        onSuccess: result => {
          if (result.laggards.length === 0) onClose()
        },
      },
    )
  return (
    <FormDialog title={`Roll ${shown.endpoint} back to ${target}?`} opened={opened} onClose={onClose}>
      <SchemaForm
        schema={reasonForm}
        error={rollback.error}
        onSubmit={({ reason }) => send(reason)}
        submit="Roll back"
        busy={rollback.isPending}
        onCancel={onClose}
        focusFirst
        intro={
          <Text size="sm">
            {back === null ? 'It' : `v${back}`} replaces v{shown.version} about a second after you confirm. In-flight
            requests finish on v{shown.version}, which stays in the registry and can be promoted again.
          </Text>
        }
      >
        {() =>
          laggards.length > 0 ? (
            <Problem error={new Error(`Not switched yet on: ${laggards.map(l => `${l.host}:${l.pid}`).join(', ')}`)} />
          ) : null
        }
      </SchemaForm>
    </FormDialog>
  )
}
