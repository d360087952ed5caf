import { Alert, Button } from '@mantine/core'
import { problemOf } from './client.ts'

/** What went wrong and what can be done about it. */
export function Problem({ error, onRetry }: { error: unknown; onRetry?: () => void }) {
  const { message, hint } = problemOf(error)
  return (
    <Alert color="red" variant="light" title={message} role="alert">
      {hint}
      {onRetry ? (
        <Button mt="xs" size="compact-sm" variant="default" onClick={onRetry}>
          Try again
        </Button>
      ) : null}
    </Alert>
  )
}
