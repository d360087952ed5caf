import type { ProjectScope } from '#server/kernel/scope.ts'
import type { Kernel } from '#server/platform/kernel.ts'
import type { CountTargetInput, TargetCounts } from '#tables/query/count-target.ts'
import type { DatasetVersion } from '../read-datasets.ts'
import { countTargetTask, readTable } from './read-table.ts'

/** Counts the cells and the different values of a column over the whole version. */
export async function countTargetCells(
  kernel: Kernel,
  scope: ProjectScope,
  version: DatasetVersion,
  { column, maxDistinct, maxListed }: Omit<CountTargetInput, 'path'>,
): Promise<TargetCounts> {
  const path = await kernel.blobs.pathOf(version.digest)
  return readTable(
    countTargetTask,
    scope,
    { path, column, maxDistinct, maxListed },
    { what: `Counting the values of ${column.name}`, hint: 'Use a version with fewer rows.' },
  )
}
