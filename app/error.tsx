'use client'
import { Button, Container, Stack, Text, Title } from '@mantine/core'

/** Error page for rendering errors; failed requests are shown inside the page. */
export default function PageError({ error, reset }: { error: Error & { digest?: string }; reset: () => void }) {
  return (
    <Container size="xs" py={80}>
      <Stack gap="xs" align="flex-start">
        <Title order={1} size="h3">
          This page could not be drawn
        </Title>
        <Text c="dimmed" size="sm">
          Nothing was lost. Try again; if it stays, the log of the web process has the details
          {error.digest ? ` under ${error.digest}` : ''}.
        </Text>
        <Button onClick={reset}>Try again</Button>
      </Stack>
    </Container>
  )
}
