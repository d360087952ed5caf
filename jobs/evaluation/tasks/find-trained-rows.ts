import { readFile } from 'node:fs/promises'
import { isMarked, readRowScores } from '#ml/index.ts'
import type { VersionColumn } from '#server/data/contract.ts'
import { quoteLiteral as text, withDuckDb } from '#tables/duckdb.ts'
import { frameSelect } from '#tables/read/read-frame.ts'
import type { MeasureInput } from '../tasks.ts'

const READ_MEMORY_MB = 512
/** Larger tables are not searched: the hashes of the training rows are kept in memory. */
const MOST_ROWS = 1_000_000
const MOST_CELLS = 100_000_000

/**
 * Returns for each row of the table whether the model was trained on it: 1 when it is one of the training rows, or equal to one in all
 * columns that both versions have. Undefined when that is not known, or the tables are too large.
 * @param needed columns that both must have for two rows to be called equal.
 */
export async function findTrainedRows(
  { table, rows, schema, training }: MeasureInput,
  needed: readonly string[],
): Promise<Uint8Array | undefined> {
  if (!training) return undefined
  const trained = training.scores ? readRowScores(await readFile(training.scores)).trained : undefined
  if (training.isSame) return trained && Uint8Array.from({ length: rows }, (_, row) => (isMarked(trained, row) ? 1 : 0))
  const common = schema.map(c => c.name).filter(name => training.schema.some(c => c.name === name))
  if (!needed.every(name => common.includes(name))) return undefined
  if (Math.max(rows, training.rows) > MOST_ROWS || (rows + training.rows) * common.length > MOST_CELLS) return undefined
  const columnsOf = (of: readonly VersionColumn[]) => common.map(name => of.find(c => c.name === name)!)
  const known = new Set<bigint>()
  await hashRows(training.table, columnsOf(training.schema), (hash, row) => {
    // Without the marks of an old run every row of its version counts.
    if (!trained || isMarked(trained, row)) known.add(hash)
  })
  const seen = new Uint8Array(rows)
  await hashRows(table, columnsOf(schema), (hash, row) => {
    if (known.has(hash)) seen[row] = 1
  })
  return seen
}

async function hashRows(
  path: string,
  columns: readonly VersionColumn[],
  onRow: (hash: bigint, row: number) => void,
): Promise<void> {
  await withDuckDb({ files: [path], limits: { memoryMb: READ_MEMORY_MB, threads: 1 } }, async db => {
    const result = await db.stream(`SELECT hash(${frameSelect(columns)}) FROM read_parquet(${text(path)})`)
    let row = 0
    for (let chunk = await result.fetchChunk(); chunk && chunk.rowCount > 0; chunk = await result.fetchChunk())
      for (const hash of chunk.getColumnValues(0)) onRow(hash as bigint, row++)
  })
}
