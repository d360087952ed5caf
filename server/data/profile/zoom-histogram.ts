import { authorise, type Caller } from '#server/access/caller.ts'
import { quoteLiteral as text, withDuckDb } from '#server/adapters/duckdb.ts'
import { AppError } from '#server/kernel/errors.ts'
import type { Kernel } from '#server/platform/kernel.ts'
import { versionOf } from '../read-datasets.ts'
import { LONGEST_LOOK_MS } from './browse-rows.ts'
import { type Bin, type HistogramInput, histogramInput } from './contract.ts'
import { axisOf, columnOf, storedOf } from './rules/filter-sql.ts'

const BINS = 40

/** How the values between two ends are spread, finer than the profile has it; the end belongs to the last bin. */
export async function zoomHistogram(kernel: Kernel, caller: Caller, input: HistogramInput): Promise<{ bins: Bin[] }> {
  await authorise(kernel, caller, 'data:read')
  const { dataset, column: name, from, to } = histogramInput.parse(input)
  const version = await versionOf(kernel, caller.scope, dataset)
  const column = columnOf(version.schema, name)
  const axis = axisOf(column)
  if (!axis)
    throw new AppError('invalid', `${name} has no histogram: it holds ${column.type}.`, {
      hint: 'Its commonest values are shown instead.',
    })
  if (!(from < to) || !Number.isFinite(to - from))
    throw new AppError('invalid', 'The range of a histogram needs a start below its end.', {
      hint: 'Choose a wider range.',
    })
  // Whole numbers in bins of as many of them.
  const whole = storedOf(column) === 'integer'
  const low = whole ? Math.floor(from) : from
  const width = whole ? Math.max(1, Math.ceil((Math.ceil(to) - low) / BINS)) : (to - low) / BINS
  const count = whole ? Math.max(1, Math.ceil((Math.ceil(to) - low) / width)) : BINS
  const path = await kernel.blobs.pathOf(version.digest)
  const signal = AbortSignal.timeout(LONGEST_LOOK_MS)
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
  const bins = Array.from({ length: count }, (_, b) => ({
    from: low + b * width,
    to: b === count - 1 && !whole ? to : low + (b + 1) * width,
    count: counts.get(b) ?? 0,
  }))
  return { bins }
}
