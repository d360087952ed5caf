'use client'
import { Button, Progress, Stack, Text } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import { Allowed } from '../access/allowed.tsx'
import { useTRPC } from '../trpc.ts'
import { Problem } from '../ui/problem.tsx'

interface Props {
  project: string
  endpoint: string
  checking: boolean
}

export function useCheck({ project, endpoint, checking }: Props) {
  const trpc = useTRPC()
  const check = useMutation(trpc.monitoring.check.mutationOptions())
  return {
    error: check.error,
    button: (
      <Allowed project={project} to="monitoring:check">
        <Button loading={check.isPending || checking} onClick={() => check.mutate({ project, endpoint })}>
          Check now
        </Button>
      </Allowed>
    ),
  }
}

/** How far a running check is. */
export function CheckProgress({ progress }: { progress: { done: number; note?: string } | null }) {
  if (!progress) return null
  const percent = Math.round(progress.done * 100)
  return (
    <Stack gap={4} role="status">
      <Text size="xs" c="dimmed">
        Checking{progress.note ? `: ${progress.note} read` : ' …'}
      </Text>
      <Progress value={percent} size="sm" aria-label="Progress of the check" animated />
    </Stack>
  )
}

export function CheckProblem({ error, problem }: { error: unknown; problem: string | null }) {
  if (error) return <Problem error={error} />
  return problem ? <Problem error={new Error(`The latest check failed: ${problem}`)} /> : null
}
