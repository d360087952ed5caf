import { Paper, Stack, Text, Title } from '@mantine/core'
import type { ReactNode } from 'react'

/** Never a dead end: says what belongs here, what to do next, and offers the button. */
export function EmptyState({ title, children, action }: { title: string; children?: ReactNode; action?: ReactNode }) {
  return (
    <Paper withBorder radius="md" p="xl">
      <Stack gap="xs" align="flex-start">
        <Title order={2} size="h5">
          {title}
        </Title>
        {children ? (
          <Text size="sm" c="dimmed" maw={560}>
            {children}
          </Text>
        ) : null}
        {action}
      </Stack>
    </Paper>
  )
}
