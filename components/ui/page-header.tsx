import { Group, Text, Title } from '@mantine/core'
import type { ReactNode } from 'react'

/** One sentence answers the page's question; the main action stands at its right. */
export function PageHeader({
  title,
  sentence,
  actions,
}: {
  title: ReactNode
  sentence?: ReactNode
  actions?: ReactNode
}) {
  return (
    <Group justify="space-between" align="flex-start" gap="md" wrap="wrap">
      <div style={{ flex: '1 1 320px', minWidth: 0 }}>
        <Title order={1} size="h3" style={{ overflowWrap: 'anywhere' }}>
          {title}
        </Title>
        {sentence ? (
          <Text size="sm" c="dimmed" maw={760}>
            {sentence}
          </Text>
        ) : null}
      </div>
      {actions ? <Group gap="xs">{actions}</Group> : null}
    </Group>
  )
}
