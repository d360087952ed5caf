import { type DuckDBConnection, quoteIdentifier as id, withDuckDb } from '../duckdb.ts'
import { explainFailure } from './explain-failure.ts'
import { openText, prepareFiles } from './load-source.ts'

/** A cell as sent to an inference server: text as written, or a value of Parquet. */
export type RawCell = string | number | boolean | null

export type OpenedRows =
  | { format: 'csv' | 'parquet'; rows: Record<string, RawCell>[] }
  /** The path of the unpacked JSON in UTF-8. */
  | { format: 'json'; path: string }

const MEMORY_MB = 512

/**
 * Reads all rows of one file without converting cells, by the readers of ingestion: packing, encoding, delimiter and quotes are the same.
 * JSON is unpacked and decoded only. @throws TableError
 */
export async function openRows(file: { path: string; name: string }, folder: string): Promise<OpenedRows> {
  const files = await prepareFiles([file], i => `${folder}/rows-${i}`)
  const { source } = files[0]!
  if (source.format === 'json') return { format: 'json', path: source.path }
  const access = { files: [source.path], limits: { memoryMb: MEMORY_MB, threads: 1 } }
  const rows = await withDuckDb(access, async db => {
    try {
      await openText(db, files)
      return await readAll(db)
    } catch (error) {
      throw await explainFailure(error, files)
    }
  })
  return { format: source.format, rows }
}

async function readAll(db: DuckDBConnection): Promise<Record<string, RawCell>[]> {
  const columns = (await db.runAndReadAll('DESCRIBE text')).getRowObjectsJson() as unknown as Column[]
  const result = await db.stream(`SELECT ${columns.map(selectCell).join(', ')} FROM text`)
  const rows: Record<string, RawCell>[] = []
  for (let chunk = await result.fetchChunk(); chunk && chunk.rowCount > 0; chunk = await result.fetchChunk()) {
    const cells = chunk.getColumns()
    for (let i = 0; i < chunk.rowCount; i++)
      rows.push(Object.fromEntries(columns.map(({ column_name }, c) => [column_name, toCell(cells[c]![i])])))
  }
  return rows
}

interface Column {
  column_name: string
  column_type: string
}

/** Types that JSON cannot hold become text that the reader of cells understands. */
function selectCell({ column_name, column_type: type }: Column): string {
  const c = id(column_name)
  if (/[[(]|^(STRUCT|MAP|UNION)/.test(type) && !/^(DECIMAL|ENUM)/.test(type)) return `to_json(${c})::VARCHAR`
  if (/^(U?(TINY|SMALL)INT|U?INTEGER|DOUBLE|BOOLEAN|VARCHAR)$/.test(type)) return c
  if (type === 'FLOAT') return `${c}::DOUBLE`
  if (type === 'TIMESTAMP WITH TIME ZONE') return `strftime(${c}::TIMESTAMP, '%Y-%m-%dT%H:%M:%S.%gZ')`
  if (/^TIMESTAMP/.test(type)) return `strftime(${c}::TIMESTAMP, '%Y-%m-%dT%H:%M:%S.%g')`
  return `${c}::VARCHAR`
}

function toCell(value: unknown): RawCell {
  if (typeof value === 'number') return Number.isFinite(value) ? value : null
  if (value === null || value === undefined) return null
  return typeof value === 'boolean' ? value : String(value)
}
