import { authorize, type Caller } from '#server/access/caller.ts'
import type { Kernel } from '#server/platform/kernel.ts'
import { countBins } from '#tables/query/count-bins.ts'
import { versionOf } from '../read-datasets.ts'
import { translateTableErrors } from '../translate-table-errors.ts'
import { PAGE_TIMEOUT_MS } from './browse-rows.ts'
import { type Bin, type HistogramInput, histogramInput } from './contract.ts'

/** Returns the histogram of a range of a column, finer than the one in its profile. */
export async function zoomHistogram(kernel: Kernel, caller: Caller, input: HistogramInput): Promise<{ bins: Bin[] }> {
  await authorize(kernel, caller, 'data:read')
  const { dataset, column, from, to } = histogramInput.parse(input)
  const version = await versionOf(kernel, caller.scope, dataset)
  const file = { path: await kernel.blobs.pathOf(version.digest), schema: version.schema }
  const signal = AbortSignal.timeout(PAGE_TIMEOUT_MS)
  return { bins: await translateTableErrors(() => countBins(file, { column, from, to }, signal)) }
}
