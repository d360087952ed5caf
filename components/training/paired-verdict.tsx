import { Badge, type MantineColor, Text } from '@mantine/core'
import { IconArrowDownRight, IconArrowUpRight, IconEqual, IconQuestionMark, type TablerIcon } from '@tabler/icons-react'
import type { Versus } from '#server/training/comparison/contract.ts'
import { notComparedMessage } from '#server/training/comparison/contract.ts'
import { formatVersus } from './labels.ts'

const LOOKS: Record<Versus['verdict'], { word: string; color: MantineColor; icon: TablerIcon }> = {
  better: { word: 'better', color: 'green', icon: IconArrowUpRight },
  worse: { word: 'worse', color: 'red', icon: IconArrowDownRight },
  tied: { word: 'tied', color: 'gray', icon: IconEqual },
  unknown: { word: 'not comparable', color: 'gray', icon: IconQuestionMark },
}

type Judged = Pick<Versus, 'verdict' | 'code'>

/** The verdict of a comparison on the same rows, and why there is none. Color never speaks without its word. */
export function PairedVerdict({ versus: { verdict, code } }: { versus: Judged }) {
  const { word, color, icon: Icon } = LOOKS[verdict]
  return (
    <Badge
      size="sm"
      variant="light"
      radius="sm"
      tt="none"
      fw={500}
      miw="max-content"
      color={color}
      leftSection={<Icon size={11} stroke={2.5} aria-hidden />}
      title={code ? notComparedMessage(code) : undefined}
    >
      {word}
    </Badge>
  )
}

/** A difference with its 95 % interval. */
export function PairedDifference({ versus, metric }: { versus: Versus; metric: string }) {
  const { difference, interval } = formatVersus(versus, metric)
  return (
    <>
      <Text span size="sm">
        {difference}
      </Text>
      {interval ? (
        <Text span size="xs" c="dimmed">
          {' '}
          ({interval})
        </Text>
      ) : null}
    </>
  )
}
