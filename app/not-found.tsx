import { Anchor, Container, Stack, Text, Title } from '@mantine/core'
import type { Metadata } from 'next'

export const metadata: Metadata = { title: 'Not found' }

export default function NotFound() {
  return (
    <Container size="xs" py={80}>
      <Stack gap="xs">
        <Title order={1} size="h3">
          Page not found
        </Title>
        <Text c="dimmed" size="sm">
          The address may be mistyped, the thing may have been removed, or it belongs to a project that you are not a
          member of. An owner of that project can invite you.
        </Text>
        <Anchor href="/" size="sm">
          To your projects
        </Anchor>
      </Stack>
    </Container>
  )
}
