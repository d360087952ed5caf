import { Center, Paper, Stack, Text, Title } from '@mantine/core'
import type { ReactNode } from 'react'
import { Mark } from '../shell/mark.tsx'

/** Layout of pages before sign-in. */
export function AuthCard({ title, sentence, children }: { title: string; sentence?: ReactNode; children: ReactNode }) {
  return (
    <Center component="main" mih="100dvh" p="md">
      <Stack w="100%" maw={380} gap="lg">
        <Stack gap="xs" align="flex-start">
          <Mark size={32} />
          <Title order={1} size="h3" style={{ overflowWrap: 'anywhere' }}>
            {title}
          </Title>
          {sentence ? (
            <Text size="sm" c="dimmed">
              {sentence}
            </Text>
          ) : null}
        </Stack>
        <Paper withBorder radius="md" p="lg">
          {children}
        </Paper>
      </Stack>
    </Center>
  )
}
