import type { VersionColumn } from '../contract.ts'
import { type DuckDBConnection, quoteIdentifier as id, streamDoubles } from '../duckdb.ts'
import type { ColumnStatistics } from './contract.ts'
import { NumberColumn, QUANTILES } from './number-column.ts'
import { countTexts, countTextsTogether } from './text-column.ts'

/** Up to this many rows, distinct values are counted exactly. */
export const EXACT_DISTINCT_ROWS = 100_000
/** Above that, a numeric column counts this many distinct values exactly. */
const MAX_EXACT_DISTINCT = 8192
/** Larger integers are not all distinct as doubles. */
const EXACT_DOUBLES = 2 ** 53

export const isNumeric = (c: Pick<VersionColumn, 'stored' | 'type'>) =>
  c.stored
    ? (c.stored === 'number' || c.stored === 'integer') && c.type !== 'category'
    : c.type === 'number' || c.type === 'integer'
const isDatetime = (c: VersionColumn) => (c.stored ?? c.type) === 'datetime' && c.type !== 'category'
const isTextColumn = (c: VersionColumn) =>
  !isNumeric(c) && !isDatetime(c) && c.type !== 'boolean' && (c.stored ?? 'words') === 'words'

/** A column as DOUBLE, missing cells as NaN. */
const asDouble = (c: VersionColumn) =>
  `coalesce(${isDatetime(c) ? `epoch_ms(${id(c.name)}::TIMESTAMP)` : id(c.name)}::DOUBLE, 'nan'::DOUBLE)`

interface Counted {
  count: number
  low: number | string | null
  high: number | string | null
  /** Bounds of the finite numbers, datetimes in milliseconds. */
  ends: { low: number; high: number } | null
  about: number
  lengths?: ColumnStatistics['lengths']
}

/** One scan: counts and bounds of all columns, estimates and text lengths. */
async function countAll(
  db: DuckDBConnection,
  table: string,
  columns: VersionColumn[],
  exactRows: boolean,
): Promise<Counted[]> {
  const parts = columns.flatMap((column, k) => {
    const c = id(column.name)
    const base = [`count(${c})::DOUBLE AS n${k}`]
    if (isNumeric(column)) {
      // NaN and infinity sort last; both are filtered out only for columns that contain them.
      return [...base, `min(${c})::DOUBLE AS lo${k}`, `max(${c})::DOUBLE AS hi${k}`]
    }
    base.push(
      `min(${c})::VARCHAR AS lo${k}`,
      `max(${c})::VARCHAR AS hi${k}`,
      // Of few rows the distinct values are counted exactly.
      ...(exactRows ? [] : [`approx_count_distinct(${c})::DOUBLE AS about${k}`]),
    )
    if (isDatetime(column))
      base.push(
        `epoch_ms(min(${c})::TIMESTAMP)::DOUBLE AS from${k}`,
        `epoch_ms(max(${c})::TIMESTAMP)::DOUBLE AS to${k}`,
      )
    if (isTextColumn(column))
      base.push(
        `min(length(${c}::VARCHAR))::DOUBLE AS short${k}`,
        `avg(length(${c}::VARCHAR))::DOUBLE AS mean${k}`,
        `max(length(${c}::VARCHAR))::DOUBLE AS long${k}`,
      )
    return base
  })
  const row = (await db.runAndReadAll(`SELECT ${parts.join(', ')} FROM ${table}`)).getRowObjectsJS()[0] as Record<
    string,
    number | string | null
  >
  const counted = columns.map((column, k): Counted => {
    const number = (key: string) => (typeof row[`${key}${k}`] === 'number' ? (row[`${key}${k}`] as number) : null)
    const [low, high] = [row[`lo${k}`] ?? null, row[`hi${k}`] ?? null]
    const [from, to] = isDatetime(column) ? [number('from'), number('to')] : [number('lo'), number('hi')]
    const [min, mean, max] = [number('short'), number('mean'), number('long')]
    return {
      count: number('n') ?? 0,
      low,
      high,
      ends: from === null || to === null ? null : { low: from, high: to },
      about: number('about') ?? 0,
      ...(min !== null && mean !== null && max !== null ? { lengths: { min, mean, max } } : {}),
    }
  })
  const open = columns
    .map((column, k) => ({ column, k }))
    .filter(({ k }) => counted[k]!.ends && !Number.isFinite(counted[k]!.ends!.high - counted[k]!.ends!.low))
    .filter(({ column }) => isNumeric(column))
  if (open.length > 0) {
    const ends = (
      await db.runAndReadAll(
        `SELECT ${open.map(({ column, k }) => `min(${id(column.name)}::DOUBLE) FILTER (isfinite(${id(column.name)}::DOUBLE)) AS lo${k}, max(${id(column.name)}::DOUBLE) FILTER (isfinite(${id(column.name)}::DOUBLE)) AS hi${k}`).join(', ')} FROM ${table}`,
      )
    ).getRowObjectsJS()[0] as Record<string, number | null>
    for (const { k } of open) {
      const [low, high] = [ends[`lo${k}`] ?? null, ends[`hi${k}`] ?? null]
      Object.assign(counted[k]!, { low, high, ends: low === null || high === null ? null : { low, high } })
    }
  }
  return counted
}

/**
 * Profiles up to fifty columns: one SQL scan for counts and bounds; a second one through typed arrays for moments, quantiles, histograms,
 * order and frequent numbers; a third one, for columns with many distinct values, to make quantiles exact.
 */
export async function profileColumns(
  db: DuckDBConnection,
  table: string,
  columns: VersionColumn[],
  rows: number,
): Promise<ColumnStatistics[]> {
  const exactRows = rows <= EXACT_DISTINCT_ROWS
  const counted = await countAll(db, table, columns, exactRows)
  const readers = columns.flatMap((column, k) => {
    const { ends } = counted[k]!
    if (!ends || !(isNumeric(column) || isDatetime(column))) return []
    const whole = column.stored ? column.stored === 'integer' : column.type === 'integer'
    const apart = Math.max(Math.abs(ends.low), Math.abs(ends.high)) < EXACT_DOUBLES || !whole
    const most = isDatetime(column) || !apart ? 0 : exactRows ? rows : MAX_EXACT_DISTINCT
    return [{ column, k, counter: new NumberColumn({ ...ends, whole, most }) }]
  })
  type Reader = (typeof readers)[number]
  const scan = (some: Reader[], work: (counter: NumberColumn, values: Float64Array, rows: number) => void) =>
    streamDoubles(db, `SELECT ${some.map(r => asDouble(r.column)).join(', ')} FROM ${table}`, (values, n) => {
      for (const [i, { counter }] of some.entries()) work(counter, values[i]!, n)
    })
  if (readers.length > 0) await scan(readers, (counter, values, n) => counter.read(values, n))
  const again = readers.filter(r => r.counter.needsSecondPass())
  if (again.length > 0) await scan(again, (counter, values, n) => counter.readAgain(values, n))

  const counters = new Map(readers.map(r => [r.k, r.counter]))
  const profiles: ColumnStatistics[] = []
  const texts = exactRows ? columns.filter(isTextColumn).map(c => c.name) : []
  const together = await countTextsTogether(db, table, texts)
  for (const [k, column] of columns.entries()) {
    const { count, low, high, about, lengths, ends } = counted[k]!
    const numeric = isNumeric(column)
    const counter = counters.get(k)
    const told = counter?.distinct
    const values = told
      ? { ...told, top: counter!.top }
      : (together.get(column.name) ?? (await countTexts(db, table, column.name, about, exactRows)))
    const quantiles = numeric && counter ? (counter.quantiles ?? (await sortedQuantiles(db, table, column.name))) : {}
    const spread = counter?.spread
    const shared = {
      name: column.name,
      type: column.type,
      count,
      missing: rows - count,
      ...values,
      min: numeric ? (ends?.low ?? null) : low,
      max: numeric ? (ends?.high ?? null) : high,
      mean: numeric ? (spread?.mean ?? null) : null,
      sd: numeric ? (spread?.sd ?? null) : null,
      quantiles,
      histogram: counter?.histogram ?? [],
      ...(lengths ? { lengths } : {}),
    }
    const { skewness, zeros, negatives, infinite, monotone } = spread ?? { monotone: null }
    profiles.push({
      ...shared,
      ...(numeric && spread ? { skewness, zeros, negatives, infinite } : {}),
      ...(numeric && !spread && count > 0 ? { infinite: count } : {}),
      ...(spread ? { monotone } : {}),
    })
  }
  return profiles
}

async function sortedQuantiles(db: DuckDBConnection, table: string, name: string): Promise<Record<string, number>> {
  const c = `${id(name)}::DOUBLE`
  const [row] = (
    await db.runAndReadAll(`SELECT quantile_cont(${c}, [${QUANTILES}]) FILTER (isfinite(${c})) AS q FROM ${table}`)
  ).getRowObjectsJson() as { q: number[] | null }[]
  return Object.fromEntries((row?.q ?? []).map((value, i) => [String(QUANTILES[i]), value]))
}
