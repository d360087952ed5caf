import { Badge, type MantineColor } from '@mantine/core'
import {
  IconAlertTriangle,
  IconBan,
  IconCheck,
  IconClock,
  IconPlayerPlay,
  IconQuestionMark,
  IconX,
  type TablerIcon,
} from '@tabler/icons-react'

/** Three colors for good, warning and bad; icon and word name the state. */
const LOOKS: Record<string, { colour: MantineColor; icon: TablerIcon }> = {
  done: { colour: 'green', icon: IconCheck },
  succeeded: { colour: 'green', icon: IconCheck },
  ready: { colour: 'green', icon: IconCheck },
  ok: { colour: 'green', icon: IconCheck },
  running: { colour: 'blue', icon: IconPlayerPlay },
  queued: { colour: 'gray', icon: IconClock },
  failed: { colour: 'red', icon: IconX },
  lost: { colour: 'red', icon: IconX },
  alert: { colour: 'red', icon: IconX },
  refused: { colour: 'red', icon: IconX },
  warn: { colour: 'yellow', icon: IconAlertTriangle },
  cancelled: { colour: 'gray', icon: IconBan },
  revoked: { colour: 'gray', icon: IconBan },
  archived: { colour: 'gray', icon: IconBan },
}

/** A word that is also a colour and a mark. */
export function WordBadge({ colour, icon: Icon, word }: { colour: MantineColor; icon: TablerIcon; word: string }) {
  return (
    <Badge
      size="sm"
      variant="light"
      color={colour}
      radius="sm"
      tt="none"
      fw={500}
      // The label must not be truncated in narrow tables.
      miw="max-content"
      leftSection={<Icon size={11} stroke={2.5} aria-hidden />}
    >
      {word}
    </Badge>
  )
}

export function StateBadge({ state, label }: { state: string; label?: string }) {
  return <WordBadge {...(LOOKS[state] ?? { colour: 'gray', icon: IconQuestionMark })} word={label ?? state} />
}
