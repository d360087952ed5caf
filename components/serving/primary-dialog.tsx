import { Button, Group, Modal, Stack, Text } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import type { EndpointDetail } from '#server/serving/contract.ts'
import { useTRPC } from '../trpc.ts'
import { Problem } from '../ui/problem.tsx'

/** Confirms that the alias `champion` of the model shall follow this endpoint. */
export function PrimaryDialog({
  project,
  shown,
  onClose,
}: {
  project: string
  shown: Pick<EndpointDetail, 'endpoint' | 'model' | 'version'>
  onClose: () => void
}) {
  const choose = useMutation(useTRPC().serving.choosePrimary.mutationOptions())
  const { endpoint, model, version } = shown
  return (
    <Modal
      closeButtonProps={{ 'aria-label': 'Close' }}
      opened
      onClose={onClose}
      title={`Make ${endpoint} the primary endpoint of ${model}?`}
      centered
    >
      <Stack gap="sm">
        <Text size="sm">
          The alias champion moves to {model} v{version} and follows the promotions and rollbacks of {endpoint}. No
          endpoint changes the version that it serves.
        </Text>
        {choose.error ? <Problem error={choose.error} /> : null}
        <Group justify="end" gap="xs">
          <Button variant="subtle" color="gray" onClick={onClose}>
            Cancel
          </Button>
          <Button
            loading={choose.isPending}
            onClick={() => choose.mutate({ project, model, endpoint }, { onSuccess: onClose })}
          >
            Make primary
          </Button>
        </Group>
      </Stack>
    </Modal>
  )
}
