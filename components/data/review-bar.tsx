import { Button, Group, Paper, Text } from '@mantine/core'
import type { ReactNode } from 'react'

/** The actions of a long review; they stay in view at the bottom of the window. */
export function ReviewBar({
  note,
  submit,
  disabled,
  isPending,
  onSubmit,
  children,
}: {
  note?: ReactNode
  submit: string
  disabled?: boolean
  isPending: boolean
  onSubmit: () => void
  /** Further buttons, before the main one. */
  children?: ReactNode
}) {
  return (
    <Paper
      withBorder
      radius="md"
      px="md"
      py="xs"
      style={{ position: 'sticky', bottom: 'var(--mantine-spacing-xs)', zIndex: 3 }}
    >
      <Group justify="space-between" gap="xs">
        <Text size="sm" c="dimmed" style={{ flex: '1 1 160px' }}>
          {note}
        </Text>
        <Group gap="xs">
          {children}
          <Button onClick={onSubmit} loading={isPending} disabled={disabled}>
            {submit}
          </Button>
        </Group>
      </Group>
    </Paper>
  )
}
