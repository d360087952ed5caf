import { ActionIcon } from '@mantine/core'
import { IconDots } from '@tabler/icons-react'
import type { TriggerProps } from './on-demand.tsx'

export interface MenuEntry {
  label: string
  onClick: () => void
}

/** Three dots that open a menu; the title names what it belongs to. */
export const OptionsButton = ({ title, items: _, ...props }: TriggerProps & { title: string; items?: MenuEntry[] }) => (
  <ActionIcon size="sm" variant="subtle" color="gray" aria-label={`${title}: options`} {...props}>
    <IconDots size={14} aria-hidden />
  </ActionIcon>
)
