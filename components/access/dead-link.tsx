import { Anchor, Stack } from '@mantine/core'
import { Problem } from '../ui/problem.tsx'
import { AuthCard } from './auth-card.tsx'

/** Explains why a one-time link is not valid and what to do. */
export function DeadLink({ error }: { error: unknown }) {
  return (
    <AuthCard title="This link does not work">
      <Stack gap="md">
        <Problem error={error} />
        <Anchor href="/sign-in" size="sm">
          Go to sign-in
        </Anchor>
      </Stack>
    </AuthCard>
  )
}
