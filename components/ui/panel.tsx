import { Group, Paper, Text, Title } from '@mantine/core'
import type { ReactNode } from 'react'

/** A surface bounded by a hairline, with its title, a muted note of unit and window, and what may be done with it. */
export function Panel({
  title,
  note,
  actions,
  children,
  flush = false,
}: {
  title?: ReactNode
  note?: ReactNode
  actions?: ReactNode
  children: ReactNode
  /** No padding around the content: for tables that reach the edges. */
  flush?: boolean
}) {
  return (
    <Paper component="section" withBorder radius="md" p={flush ? 0 : 'md'} style={{ overflow: 'hidden', minWidth: 0 }}>
      {title || actions ? (
        <Group justify="space-between" gap="xs" mb={flush ? 0 : 'sm'} px={flush ? 'md' : 0} py={flush ? 'sm' : 0}>
          <Group gap="xs" align="baseline">
            {title ? (
              <Title order={2} size="h5">
                {title}
              </Title>
            ) : null}
            {note ? (
              <Text size="xs" c="dimmed">
                {note}
              </Text>
            ) : null}
          </Group>
          {actions}
        </Group>
      ) : null}
      {flush ? <div style={{ overflowX: 'auto', position: 'relative' }}>{children}</div> : children}
    </Paper>
  )
}
