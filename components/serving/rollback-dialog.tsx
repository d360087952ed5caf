import { Button, Group, Modal, Stack, Text, TextInput } from '@mantine/core'
import { useState } from 'react'
import type { EndpointDetail } from '#server/serving/contract.ts'
import { Problem } from '../ui/problem.tsx'
import { useRollback } from './client.ts'

/** Asks before an endpoint goes back, and says what will happen. `to` absent: the version that answered before. */
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
  const [reason, setReason] = useState('')
  const rollback = useRollback(project)
  const back = to ?? shown.previous
  const target = back === null ? 'the version that answered before' : `${shown.model} v${back}`
  const laggards = rollback.data?.laggards ?? []
  return (
    <Modal
      closeButtonProps={{ 'aria-label': 'Close' }}
      opened={opened}
      onClose={onClose}
      title={`Roll ${shown.endpoint} back to ${target}?`}
      centered
    >
      <Stack gap="sm">
        <Text size="sm">
          {back === null ? 'It' : `v${back}`} answers instead of v{shown.version} from about a second after you confirm.
          Requests on their way end with v{shown.version}, which stays in the registry and can be promoted again.
        </Text>
        <TextInput
          label="Reason"
          description="Kept in the history"
          value={reason}
          maxLength={1000}
          onChange={event => setReason(event.currentTarget.value)}
        />
        {rollback.error ? <Problem error={rollback.error} /> : null}
        {laggards.length > 0 ? (
          <Problem error={new Error(`Not everywhere yet: ${laggards.map(l => `${l.host}:${l.pid}`).join(', ')}`)} />
        ) : null}
        <Group justify="end" gap="xs">
          <Button variant="subtle" color="gray" onClick={onClose}>
            Not now
          </Button>
          <Button
            loading={rollback.isPending}
            onClick={() =>
              rollback.mutate(
                { endpoint: shown.endpoint, to, reason: reason || undefined },
                {
                  onSuccess: done => {
                    if (done.laggards.length === 0) onClose()
                  },
                },
              )
            }
          >
            Roll back
          </Button>
        </Group>
      </Stack>
    </Modal>
  )
}
