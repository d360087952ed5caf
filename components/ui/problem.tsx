import { Alert, Button } from '@mantine/core'

interface ServerProblem {
  message?: string
  hint?: string
  details?: { row?: number; column?: string; expected?: string; got?: string }[]
}

/** Returns the server's message, hint and the cells it names. */
export function problemOf(error: unknown): ServerProblem & { message: string } {
  const app = (error as { data?: { app?: ServerProblem } } | null)?.data?.app
  if (app?.message) return { ...app, message: app.message }
  return { message: error instanceof Error ? error.message : 'Unexpected error.' }
}

export function Problem({ error, onRetry }: { error: unknown; onRetry?: () => void }) {
  const { message, hint, details } = problemOf(error)
  return (
    <Alert color="red" variant="light" title={message} role="alert">
      {hint}
      {details
        // Validation errors have no received value; the hint contains their messages.
        ?.filter(d => d.got !== undefined)
        .map(d => (
          <div key={`${d.row}-${d.column}`}>
            {d.column}: expected {d.expected}, got {d.got}
          </div>
        ))}
      {onRetry ? (
        <Button mt="xs" size="compact-sm" variant="default" onClick={onRetry}>
          Try again
        </Button>
      ) : null}
    </Alert>
  )
}
