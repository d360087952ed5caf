import { Badge, type MantineColor } from '@mantine/core'
import { IconArrowDownRight, IconArrowUpRight, IconEqual, IconTilde, type TablerIcon } from '@tabler/icons-react'
import type { Verdict } from '../training/labels.ts'
import { BESIDE_WORDS } from './labels.ts'

const LOOKS: Record<Verdict, { colour: MantineColor; icon: TablerIcon }> = {
  better: { colour: 'green', icon: IconArrowUpRight },
  worse: { colour: 'red', icon: IconArrowDownRight },
  tied: { colour: 'gray', icon: IconTilde },
  same: { colour: 'gray', icon: IconEqual },
  differs: { colour: 'gray', icon: IconTilde },
  unknown: { colour: 'gray', icon: IconTilde },
}

/** Colour never speaks without its word. */
export function VerdictBadge({ verdict }: { verdict: Verdict }) {
  const { colour, icon: Icon } = LOOKS[verdict]
  return (
    <Badge
      size="sm"
      variant="light"
      radius="sm"
      tt="none"
      fw={500}
      miw="max-content"
      color={colour}
      leftSection={<Icon size={11} stroke={2.5} aria-hidden />}
    >
      {BESIDE_WORDS[verdict]}
    </Badge>
  )
}
