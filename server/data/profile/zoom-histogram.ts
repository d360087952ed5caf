import { authorize, type Caller } from '#server/access/caller.ts'
import type { Kernel } from '#server/platform/kernel.ts'
import { versionOf } from '../read-datasets.ts'
import { countBinsTask, readTable } from '../tables/read-table.ts'
import { type Bin, type HistogramInput, histogramInput } from './contract.ts'

/** Returns the histogram of a range of a column, finer than the one in its profile. */
export async function zoomHistogram(
  kernel: Kernel,
  caller: Caller,
  input: HistogramInput,
  signal?: AbortSignal,
): Promise<{ bins: Bin[] }> {
  await authorize(kernel, caller, 'data:read')
  const { dataset, column, from, to } = histogramInput.parse(input)
  const version = await versionOf(kernel, caller.scope, dataset)
  const path = await kernel.blobs.pathOf(version.digest)
  const request = { path, schema: version.schema, column, from, to }
  const bins = await readTable(countBinsTask, caller.scope, request, {
    signal,
    what: 'Counting these values',
    hint: 'Run a query on the SQL tab instead.',
  })
  return { bins }
}
