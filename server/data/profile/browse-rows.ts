import { authorize, type Caller } from '#server/access/caller.ts'
import type { Kernel } from '#server/platform/kernel.ts'
import { versionOf } from '../read-datasets.ts'
import { readPageTask, readTable } from '../tables/read-table.ts'
import { BROWSE_COLUMNS, type BrowseInput, type BrowsePage, browseInput } from './contract.ts'

/** Reads a page of rows, filtered and sorted, at most `BROWSE_COLUMNS` columns of it. */
export async function browseRows(
  kernel: Kernel,
  caller: Caller,
  input: BrowseInput,
  signal?: AbortSignal,
): Promise<BrowsePage> {
  await authorize(kernel, caller, 'data:read')
  const { dataset, offset, rows: pageRows, firstColumn, filters, sort } = browseInput.parse(input)
  const version = await versionOf(kernel, caller.scope, dataset)
  const { rows, schema } = version
  const path = await kernel.blobs.pathOf(version.digest)
  const request = { path, rows, schema, filters, sort, offset, pageRows, firstColumn, pageColumns: BROWSE_COLUMNS }
  const page = await readTable(readPageTask, caller.scope, request, {
    signal,
    what: 'Reading these rows',
    hint: 'Use fewer conditions or no sorting, or run a query on the SQL tab.',
  })
  return {
    dataset: version.datasetName,
    version: version.number,
    rows,
    columnCount: version.columnCount,
    matching: page.matching,
    offset,
    firstColumn,
    columns: page.columns.map(({ name, type, role }) => ({ name, type, role })),
    places: page.places,
    cells: page.cells,
  }
}
