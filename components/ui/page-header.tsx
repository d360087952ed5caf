import { Group, Skeleton, Stack, Text, Title } from '@mantine/core'
import type { ReactNode } from 'react'

interface PageHeaderProps {
  title: ReactNode
  /** State of what the page shows, after the title. */
  badge?: ReactNode
  sentence?: ReactNode
  actions?: ReactNode
}

/** One sentence answers the page's question; the main action stands at its right. */
export function PageHeader({ title, badge, sentence, actions }: PageHeaderProps) {
  return (
    <Group justify="space-between" align="flex-start" gap="md" wrap="wrap">
      <div style={{ flex: '1 1 320px', minWidth: 0 }}>
        <Title order={1} size="h3" style={{ overflowWrap: 'anywhere' }}>
          {badge ? (
            <Group gap="xs" component="span" display="inline-flex">
              <span>{title}</span>
              {badge}
            </Group>
          ) : (
            title
          )}
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

/** A page whose data is being fetched. */
export const LoadingPage = ({ title, label, height = 360 }: { title: string; label: string; height?: number }) => (
  <Stack gap="md">
    <PageHeader title={title} sentence=" " />
    <Skeleton height={height} radius="md" aria-label={label} />
  </Stack>
)
