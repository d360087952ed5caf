import { Paper, Stack, Text, Title } from '@mantine/core'
import type { ReactNode } from 'react'

/** Explains an empty list and offers the next action. */
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
