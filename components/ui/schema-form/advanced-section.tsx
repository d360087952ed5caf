import { Collapse, Text, UnstyledButton } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { IconChevronDown, IconChevronRight } from '@tabler/icons-react'
import { type ReactNode, useId } from 'react'

/** Settings with good defaults, collapsed until they are needed; `summary` is shown next to the heading. */
export function AdvancedSection({
  title = 'Advanced',
  summary,
  opened: initially = false,
  children,
}: {
  title?: string
  summary?: ReactNode
  opened?: boolean
  children: ReactNode
}) {
  const [opened, { toggle }] = useDisclosure(initially)
  const id = useId()
  const Chevron = opened ? IconChevronDown : IconChevronRight
  return (
    <div>
      <UnstyledButton aria-expanded={opened} aria-controls={id} onClick={toggle} w="100%">
        <Text span size="sm" fw={600}>
          <Chevron size={14} style={{ verticalAlign: '-2px', marginRight: 6 }} aria-hidden />
          {title}
        </Text>{' '}
        <Text span size="xs" c="dimmed">
          {summary}
        </Text>
      </UnstyledButton>
      <Collapse id={id} expanded={opened} pt={opened ? 'md' : 0}>
        {children}
      </Collapse>
    </div>
  )
}
