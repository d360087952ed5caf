import { Badge } from '@mantine/core'
import type { Verdict } from '../training/labels.ts'

const LOOKS: Record<Verdict, { colour: string; words: string }> = {
  better: { colour: 'green', words: 'better' },
  worse: { colour: 'red', words: 'worse' },
  tied: { colour: 'gray', words: 'not significant' },
  same: { colour: 'gray', words: 'equal' },
  differs: { colour: 'gray', words: 'differs' },
  unknown: { colour: 'gray', words: 'no value' },
}

/** Colour never speaks without its word. */
export function ComparisonBadge({ comparison }: { comparison: Verdict }) {
  const { colour, words } = LOOKS[comparison]
  return (
    <Badge variant="light" radius="sm" tt="none" fw={500} color={colour}>
      {words}
    </Badge>
  )
}
