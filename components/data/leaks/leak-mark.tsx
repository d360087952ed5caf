import { Badge, VisuallyHidden } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useTRPC } from '../../trpc.ts'
import type { Shown } from '../client.ts'

/** Number of findings, shown in the tab's label. */
export function LeakMark({ project, shown }: { project: string; shown: Shown }) {
  const { data } = useQuery(
    useTRPC().data.leaks.show.queryOptions({ project, dataset: `${shown.dataset}@${shown.version}` }),
  )
  const harmful = data?.findings.filter(f => !f.ignored && f.severity !== 'info').length ?? 0
  return harmful > 0 ? (
    <Badge size="xs" variant="light" color="red">
      {harmful}
      <VisuallyHidden> {harmful === 1 ? 'finding' : 'findings'}</VisuallyHidden>
    </Badge>
  ) : null
}
