import type { ProjectScope } from '#server/kernel/scope.ts'
import type { Kernel } from '#server/platform/kernel.ts'
import type { TargetCounts } from '#tables/query/count-target.ts'
import type { DatasetVersion } from '../read-datasets.ts'
import { countTargetTask, readTable } from './read-table.ts'

/** Counts the cells and the different values of a column over the whole version. */
export async function countTargetCells(
  kernel: Kernel,
  scope: ProjectScope,
  version: DatasetVersion,
  { column, maxDistinct }: { column: string; maxDistinct: number },
): Promise<TargetCounts> {
  const path = await kernel.blobs.pathOf(version.digest)
  return readTable(
    countTargetTask,
    scope,
    { path, column, maxDistinct },
    { what: `Counting the values of ${column}`, hint: 'Use a version with fewer rows.' },
  )
}
