import { authorise, type Caller } from '#server/access/caller.ts'
import { quoteIdentifier as id, quoteLiteral as text, withDuckDb } from '#server/kernel/duckdb.ts'
import type { Kernel } from '#server/kernel/kernel.ts'
import { PREVIEW_COLUMNS, type Preview, type PreviewCell, type PreviewInput, previewInput } from './contract.ts'
import { versionOf } from './read-datasets.ts'

const MAX_CELL_CHARACTERS = 300

/** A page of rows in file order, at most `PREVIEW_COLUMNS` columns of it; long text is cut. */
export async function previewRows(kernel: Kernel, caller: Caller, input: PreviewInput): Promise<Preview> {
  await authorise(kernel, caller, 'data:read')
  const { dataset, offset, rows, firstColumn } = previewInput.parse(input)
  const version = await versionOf(kernel, caller.scope, dataset)
  const columns = version.schema.slice(firstColumn, firstColumn + PREVIEW_COLUMNS)
  const path = await kernel.blobs.pathOf(version.digest)
  const list = columns.map(({ name, stored, type }) => {
    const numeric = stored ? stored === 'number' || stored === 'integer' : type === 'number' || type === 'integer'
    if (numeric) return `${id(name)}::DOUBLE`
    return stored === 'boolean' || type === 'boolean' ? id(name) : `left(${id(name)}::VARCHAR, ${MAX_CELL_CHARACTERS})`
  })
  const cells =
    columns.length === 0 || offset >= version.rows
      ? []
      : await withDuckDb({ files: [path], limits: { memoryMb: 512, threads: 1 } }, async db =>
          (
            await db.runAndReadAll(
              `SELECT ${list.join(', ')} FROM read_parquet(${text(path)}) LIMIT ${rows} OFFSET ${offset}`,
            )
          ).getRowsJson(),
        )
  return {
    dataset: version.datasetName,
    version: version.number,
    rows: version.rows,
    columnCount: version.columnCount,
    offset,
    firstColumn,
    columns: columns.map(({ name, type, role }) => ({ name, type, role })),
    cells: cells as PreviewCell[][],
  }
}
