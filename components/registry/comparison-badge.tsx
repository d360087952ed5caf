import { Badge } from '@mantine/core'
import type { Comparison } from './words.ts'

const COLOUR: Record<Comparison, string> = {
  better: 'teal',
  worse: 'red',
  same: 'gray',
  differs: 'gray',
  unknown: 'gray',
}

/** Colour never speaks without its word. */
export function ComparisonBadge({ comparison }: { comparison: Comparison }) {
  return (
    <Badge variant="light" radius="sm" tt="none" color={COLOUR[comparison]}>
      {comparison === 'unknown' ? 'no value' : comparison}
    </Badge>
  )
}
