import { Button, Paper, Stack, Text, Title } from '@mantine/core'
import Link from 'next/link'
import type { ReactNode } from 'react'

interface EmptyStateProps {
  title: string
  children?: ReactNode
  action?: ReactNode
  /** An action that leads to another page. */
  link?: { href: string; label: string }
}

/** Explains an empty list and offers the next action. */
export function EmptyState({ title, children, action, link }: EmptyStateProps) {
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
        {link ? (
          <Button component={Link} href={link.href}>
            {link.label}
          </Button>
        ) : null}
      </Stack>
    </Paper>
  )
}
