import { Text } from '@mantine/core'
import type { ReactNode } from 'react'
import { Panel } from '../ui/panel.tsx'

/** A numbered panel of a form. Without children it depends on an earlier step. */
export function NumberedStep({
  number,
  title,
  note,
  waiting = false,
  children,
}: {
  number: number
  title: string
  note?: string
  /** Depends on a choice that is still missing. */
  waiting?: boolean
  children?: ReactNode
}) {
  return (
    <Panel
      title={
        <Text span inherit c={waiting ? 'dimmed' : undefined}>
          {number}. {title}
        </Text>
      }
      note={note}
    >
      {children ?? (
        <Text size="sm" c="dimmed">
          Available after you choose a target.
        </Text>
      )}
    </Panel>
  )
}
