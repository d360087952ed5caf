import { Button, Group, Modal, Stack, Text, Textarea } from '@mantine/core'
import { useState } from 'react'
import { Problem } from '../../ui/problem.tsx'
import { useOverride } from './client.ts'

const FEWEST = 10

/** Lets a failing version through for a reason, which stays on this page, in the audit log and with every run on it. */
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
  const [reason, setReason] = useState('')
  const { override, isPending, error } = useOverride(project, dataset)
  const done = () => {
    setReason('')
    onClose()
  }
  return (
    <Modal
      opened={opened}
      onClose={onClose}
      title={`Let ${dataset} through`}
      closeButtonProps={{ 'aria-label': 'Close' }}
    >
      <form
        onSubmit={event => {
          event.preventDefault()
          override(reason, done)
        }}
      >
        <Stack gap="sm">
          {error ? <Problem error={error} /> : null}
          <Text size="sm" c="dimmed">
            Training on this version is refused because it fails what blocks. You may allow it; your reason is kept in
            the audit log and shown with every run on it. It holds for these failures and this version only.
          </Text>
          <Textarea
            label="Reason"
            required
            autosize
            minRows={3}
            maxLength={1000}
            data-autofocus
            value={reason}
            onChange={event => setReason(event.currentTarget.value)}
          />
          <Group justify="flex-end" gap="xs">
            <Button variant="default" onClick={onClose}>
              Cancel
            </Button>
            <Button
              type="submit"
              color="red"
              variant="light"
              loading={isPending}
              disabled={reason.trim().length < FEWEST}
            >
              Let it through
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  )
}
