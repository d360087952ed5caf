import { Alert, Group, Progress, Text } from '@mantine/core'
import type { ReactNode } from 'react'
import { EmptyState } from './empty-state.tsx'
import { formatDuration } from './format.ts'
import { Panel } from './panel.tsx'

interface WorkStateProps {
  /** What works: `run`. */
  name: string
  state: string
  reason: string | null
  /** Shown with a failure. */
  detail?: ReactNode
  progress: { done?: number; note?: string; etaSeconds?: number } | null | undefined
  /** Stands for the note of the progress while there is none. */
  doing: string
  /** Names the progress bar. */
  label: string
}

/** Why work waits, how far it is, or how it ended; nothing once it succeeded. */
export function WorkState({ name, state, reason, detail, progress, doing, label }: WorkStateProps) {
  if (state === 'failed')
    return (
      <Alert color="red" variant="light" role="alert" title={reason ?? `The ${name} failed.`}>
        {detail}
      </Alert>
    )
  if (state === 'cancelled')
    return <Alert color="gray" variant="light" title={reason ?? `The ${name} was cancelled.`} />
  if (state === 'queued')
    return (
      <EmptyState title="Waiting for a free worker">
        It starts when a worker is free; this page updates automatically.
      </EmptyState>
    )
  if (state !== 'running') return null
  const { done = 0, note, etaSeconds } = progress ?? {}
  return (
    <Panel>
      <Group justify="space-between" mb={6}>
        <Text size="sm" fw={600}>
          {note ?? doing}
        </Text>
        <Text size="sm" c="dimmed">
          {Math.round(100 * done)} %
          {etaSeconds === undefined ? '' : `, about ${formatDuration(1000 * etaSeconds)} left`}
        </Text>
      </Group>
      <Progress value={100 * done} size="sm" aria-label={label} />
    </Panel>
  )
}
