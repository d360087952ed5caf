import { nameList, type VersionColumn } from '../contract.ts'
import type { DuckDBConnection } from '../duckdb.ts'
import { numberedRows, readSample } from '../leaks/read-sample.ts'
import { type CommonColumn, compareSchemas } from './compare-schemas.ts'
import { compareMissing, compareSpread, measuredAs } from './compare-spread.ts'
import type { DiffColumn, DiffNote, DiffResult } from './contract.ts'
import { findOneSided } from './find-one-sided.ts'
import { schemaNotes } from './make-notes.ts'
import { type Counts, countChangedCells, matchByKey, matchWhole } from './match-rows.ts'
import { sampleChanges } from './sample-changes.ts'

/** Rows sampled per side to compare distributions; smaller tables are read in full. */
const SAMPLE_ROWS = 20_000
const COLUMNS_AT_ONCE = 25
const MAX_SAMPLE_COLUMNS = 60

export interface DiffSide {
  /** Path of the version's Parquet file. */
  path: string
  schema: VersionColumn[]
  rows: number
  /** Display name, such as `rentals v3`. */
  label: string
}

export interface DiffWork {
  before: DiffSide
  after: DiffSide
  key: string[]
  seed: number
}

/** Compares two versions: columns, rows and distributions. */
export async function compareVersions(
  db: DuckDBConnection,
  work: DiffWork,
  progress: (done: number) => void = () => {},
): Promise<DiffResult> {
  const { before, after } = work
  const { schema, common } = compareSchemas(before.schema, after.schema)
  const matched = await countRows(db, work, common)
  progress(0.5)
  const columns: DiffColumn[] = []
  let measuredRows = { before: 0, after: 0 }
  const measurable = common.filter(measuredAs)
  const sides = {
    before: numberedRows(before.path, before.schema),
    after: numberedRows(after.path, after.schema),
  }
  for (let i = 0; i < measurable.length; i += COLUMNS_AT_ONCE) {
    const block = measurable.slice(i, i + COLUMNS_AT_ONCE)
    const [old, now] = [
      await cellsOf(db, before, block, 'before', work.seed),
      await cellsOf(db, after, block, 'after', work.seed),
    ]
    measuredRows = { before: old[0]!.length, after: now[0]!.length }
    for (const [k, column] of block.entries()) {
      const spread = compareSpread(column, old[k]!, now[k]!, cellCounts(work, column))
      if (!spread) continue
      const values =
        measuredAs(column) === 'category' ? await findOneSided(db, sides.before, sides.after, column) : undefined
      columns.push({ ...spread, ...(values ? { values } : {}), ...countsOf(column, matched) })
    }
    progress(0.5 + (0.5 * (i + block.length)) / measurable.length)
  }
  for (const column of common.filter(c => !measuredAs(c))) {
    const found = compareMissing(column.name, cellCounts(work, column))
    if (found) columns.push({ ...found, ...countsOf(column, matched) })
  }
  return {
    v: 1,
    schema,
    rows: { ...matched.counts, same: before.rows - matched.counts.removed - matched.counts.changed },
    key: matched.key,
    notes: [...matched.notes, ...schemaNotes(schema, common, before, after)],
    columns: columns.sort(
      (a, b) => Number(b.drifted) - Number(a.drifted) || b.statistic / b.threshold - a.statistic / a.threshold,
    ),
    sample: matched.sample,
    measuredRows,
  }
}

const cellCounts = ({ before, after }: DiffWork, column: CommonColumn) => ({
  baseline: { rows: before.rows, missing: column.before.missing },
  current: { rows: after.rows, missing: column.after.missing },
})

const countsOf = (column: CommonColumn, matched: RowChanges) => ({
  missing: { before: column.before.missing, after: column.after.missing },
  changed: matched.cells?.get(column.name) ?? null,
})

const cellsOf = (
  db: DuckDBConnection,
  side: DiffSide,
  block: readonly CommonColumn[],
  which: 'before' | 'after',
  seed: number,
) =>
  readSample(
    db,
    { path: side.path, schema: side.schema, columns: block.map(c => c[which]) },
    { of: side.rows, rows: SAMPLE_ROWS, seed },
  )

interface RowChanges {
  counts: Counts
  key: string[]
  notes: DiffNote[]
  cells?: Map<string, number>
  sample: DiffResult['sample']
}

async function countRows(db: DuckDBConnection, work: DiffWork, common: CommonColumn[]): Promise<RowChanges> {
  const { before, after } = work
  if (common.length === 0)
    return {
      counts: { added: after.rows, removed: before.rows, changed: 0 },
      key: [],
      notes: [{ code: 'no-common-columns', facts: {} }],
      sample: { columns: [], rows: [] },
    }
  const [old, now] = [numberedRows(before.path, before.schema), numberedRows(after.path, after.schema)]
  const notes: DiffNote[] = []
  let key = work.key
  let counts: Counts | undefined
  if (key.length > 0) {
    const { repeated, ...found } = await matchByKey(db, old, now, common, key)
    if (repeated.before + repeated.after === 0) counts = found
    else {
      const side = (of: DiffSide, count: number) => ({ version: of.label, repeated: count })
      notes.push({
        code: 'key-repeats',
        facts: {
          key: nameList(key),
          before: side(before, repeated.before),
          after: side(after, repeated.after),
        },
      })
      key = []
    }
  }
  counts ??= await matchWhole(db, old, now, common)
  const rest = common.filter(c => !key.includes(c.name))
  const cells =
    key.length === 0
      ? undefined
      : counts.changed > 0 && rest.length > 0
        ? await countChangedCells(db, old, now, rest)
        : new Map(rest.map(c => [c.name, 0]))
  const first = [...key, ...rest.filter(c => (cells?.get(c.name) ?? 0) > 0).map(c => c.name)]
  const all = [...after.schema, ...before.schema].map(c => c.name)
  const columns = [...new Set([...first, ...all])].slice(0, MAX_SAMPLE_COLUMNS)
  const sides = { before: { side: old, schema: before.schema }, after: { side: now, schema: after.schema } }
  const rows = await sampleChanges(db, sides, columns, common)
  return { counts, key, notes, cells, sample: { columns, rows } }
}
