import { Button, Group, Modal, Stack, Text } from '@mantine/core'
import type { ReactNode } from 'react'
import { Problem } from './problem.tsx'

/** Confirms an action that cannot be undone; stays open until it ends. */
export function ConfirmDialog({
  opened,
  title,
  confirm,
  children,
  isPending = false,
  error,
  isHarmless = false,
  onConfirm,
  onClose,
}: {
  opened: boolean
  title: ReactNode
  /** The verb on the button. */
  confirm: string
  children: ReactNode
  isPending?: boolean
  error?: unknown
  /** The button is red unless nothing is lost. */
  isHarmless?: boolean
  onConfirm: () => void
  onClose: () => void
}) {
  return (
    <Modal opened={opened} onClose={onClose} title={title} closeButtonProps={{ 'aria-label': 'Close' }}>
      <Stack gap="md">
        <Text size="sm" component="div">
          {children}
        </Text>
        {error ? <Problem error={error} /> : null}
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button color={isHarmless ? undefined : 'red.9'} loading={isPending} onClick={onConfirm}>
            {confirm}
          </Button>
        </Group>
      </Stack>
    </Modal>
  )
}
