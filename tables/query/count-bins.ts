import { storedAs, type VersionColumn } from '../contract.ts'
import { quoteLiteral as text, withDuckDb } from '../duckdb.ts'
import { TableError } from '../errors.ts'
import type { Bin } from '../profile/contract.ts'
import type { WorkReport } from '../report.ts'
import { axisOf, columnOf } from './filter-sql.ts'

const BINS = 40

export interface BinsRequest {
  path: string
  schema: readonly VersionColumn[]
  column: string
  from: number
  to: number
}

/** Counts the values of a column in equal bins from `from` to `to`; the last bin includes its end. Integers get integer bin widths. */
export async function countBins(
  { path, schema, column: name, from, to }: BinsRequest,
  { signal }: Pick<WorkReport, 'signal'>,
): Promise<Bin[]> {
  const column = columnOf(schema, name)
  const axis = axisOf(column)
  if (!axis)
    throw new TableError('invalid', `${name} has no histogram: its type is ${column.type}.`, {
      hint: 'See its most frequent values instead.',
    })
  if (!(from < to) || !Number.isFinite(to - from))
    throw new TableError('invalid', 'The start of a histogram range must be below its end.', {
      hint: 'Choose a wider range.',
    })
  const whole = storedAs(column) === 'integer'
  const low = whole ? Math.floor(from) : from
  const width = whole ? Math.max(1, Math.ceil((Math.ceil(to) - low) / BINS)) : (to - low) / BINS
  const count = whole ? Math.max(1, Math.ceil((Math.ceil(to) - low) / width)) : BINS
  const found = await withDuckDb({ files: [path], limits: { memoryMb: 512, threads: 1 }, signal }, async db =>
    (
      await db.runAndReadAll(
        `SELECT least(${count - 1}, floor((${axis} - $1::DOUBLE) / $2::DOUBLE))::INTEGER AS bin, count(*)::DOUBLE AS n
         FROM read_parquet(${text(path)}) WHERE ${axis} >= $1::DOUBLE AND ${axis} <= $3::DOUBLE GROUP BY 1`,
        [low, width, to],
      )
    ).getRowsJson(),
  )
  const counts = new Map(found.map(([bin, n]) => [Number(bin), Number(n)]))
  return Array.from({ length: count }, (_, b) => ({
    from: low + b * width,
    to: b === count - 1 && !whole ? to : low + (b + 1) * width,
    count: counts.get(b) ?? 0,
  }))
}
