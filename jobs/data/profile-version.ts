import { rm } from 'node:fs/promises'
import type { ColumnProfile, Profile, VersionColumn } from '#server/data/contract.ts'
import { completeProfile, failProfile, profileVersionJob, versionById } from '#server/data/index.ts'
import {
  type DuckDBConnection,
  quoteIdentifier as id,
  quoteLiteral as text,
  withDuckDb,
} from '#server/kernel/duckdb.ts'
import { defineHandler } from '../handler.ts'
import { EXACT_DISTINCT_ROWS } from './column-facts.ts'

const QUANTILES = [0.05, 0.25, 0.5, 0.75, 0.95]
const COLUMNS_AT_ONCE = 50
const BINS = 24
const WIDE = 200
const MAX_PART_CELLS = 20_000_000
const TOP = 10

const isNumeric = (c: VersionColumn) =>
  c.stored
    ? (c.stored === 'number' || c.stored === 'integer') && c.type !== 'category'
    : c.type === 'number' || c.type === 'integer'

/** Counts, spread and quantiles of up to fifty columns in one scan; then histograms and the commonest values. */
async function profileColumns(
  db: DuckDBConnection,
  table: string,
  columns: VersionColumn[],
  rows: number,
): Promise<ColumnProfile[]> {
  const exact = rows <= EXACT_DISTINCT_ROWS
  const distinct = exact ? 'count(DISTINCT' : 'approx_count_distinct('
  const sql = columns.map((column, k) => {
    const c = id(column.name)
    const spread = isNumeric(column)
      ? `min(${c})::DOUBLE AS lo${k}, max(${c})::DOUBLE AS hi${k}, avg(${c})::DOUBLE AS mean${k}, stddev_samp(${c}::DOUBLE) FILTER (WHERE abs(${c}::DOUBLE) < 1e150) AS sd${k}, quantile_cont(${c}::DOUBLE, [${QUANTILES}]) AS q${k}`
      : `min(${c})::VARCHAR AS lo${k}, max(${c})::VARCHAR AS hi${k}`
    return `count(${c})::DOUBLE AS n${k}, ${distinct} ${c})::DOUBLE AS d${k}, ${spread}`
  })
  const [row] = (await db.runAndReadAll(`SELECT ${sql.join(', ')} FROM ${table}`)).getRowObjectsJson() as Record<
    string,
    unknown
  >[]
  const profiles: ColumnProfile[] = []
  for (const [k, column] of columns.entries()) {
    const c = id(column.name)
    const number = (key: string) => (typeof row![`${key}${k}`] === 'number' ? (row![`${key}${k}`] as number) : null)
    const [low, high] = [row![`lo${k}`], row![`hi${k}`]] as (number | string | null)[]
    const top = (
      await db.runAndReadAll(
        `SELECT ${c}::VARCHAR AS value, count(*)::DOUBLE AS count FROM ${table} WHERE ${c} IS NOT NULL GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT ${TOP}`,
      )
    ).getRowObjectsJson() as { value: string; count: number }[]
    let histogram: ColumnProfile['histogram'] = []
    if (
      isNumeric(column) &&
      typeof low === 'number' &&
      typeof high === 'number' &&
      high > low &&
      Number.isFinite(high - low)
    ) {
      const bins = column.type === 'integer' && high - low < BINS ? high - low + 1 : BINS
      const width = column.type === 'integer' && high - low < BINS ? 1 : (high - low) / bins
      const counts = (
        await db.runAndReadAll(
          `SELECT least(${bins - 1}, floor((${c}::DOUBLE - ${low}) / ${width}))::INTEGER AS bin, count(*)::DOUBLE AS n FROM ${table} WHERE ${c} IS NOT NULL AND isfinite(${c}::DOUBLE) GROUP BY 1`,
        )
      ).getRowObjectsJson() as { bin: number; n: number }[]
      const byBin = new Map(counts.map(b => [b.bin, b.n]))
      histogram = Array.from({ length: bins }, (_, b) => ({
        from: low + b * width,
        to: low + (b + 1) * width,
        count: byBin.get(b) ?? 0,
      }))
    }
    const count = number('n') ?? 0
    const quantiles = row![`q${k}`] as number[] | null | undefined
    const warnings: string[] = []
    if (count < rows / 2) warnings.push(`${Math.round((100 * (rows - count)) / rows)} % of the cells are empty.`)
    if (top[0] && count > 20 && column.type !== 'constant' && top[0].count > 0.95 * count)
      warnings.push(`${Math.round((100 * top[0].count) / count)} % of the cells are “${top[0].value}”.`)
    profiles.push({
      name: column.name,
      type: column.type,
      count,
      missing: rows - count,
      distinct: number('d') ?? 0,
      distinctExact: exact,
      min: low ?? null,
      max: high ?? null,
      mean: number('mean'),
      sd: number('sd'),
      quantiles: quantiles ? Object.fromEntries(QUANTILES.map((q, i) => [String(q), quantiles[i]!])) : {},
      top,
      histogram,
      warnings,
    })
  }
  return profiles
}

export const profileVersion = defineHandler({
  definition: profileVersionJob,
  async run({ kernel, scope, payload, progress, finish, signal }) {
    const version = await versionById(kernel, scope, payload.versionId)
    const path = await kernel.blobs.pathOf(version.digest)
    // Counting distinct values of a large table may need more than memory.
    const folder = await kernel.blobs.temporaryFolder()
    const access = { files: [path], limits: { temporaryFolder: folder }, signal }
    const profile = await withDuckDb(access, async (db): Promise<Profile> => {
      await db.run(`CREATE VIEW data AS SELECT * FROM read_parquet(${text(path)})`)
      const columns: ColumnProfile[] = []
      const wide = version.schema.length > WIDE && version.rows * COLUMNS_AT_ONCE <= MAX_PART_CELLS
      for (let i = 0; i < version.schema.length; i += COLUMNS_AT_ONCE) {
        signal.throwIfAborted()
        const block = version.schema.slice(i, i + COLUMNS_AT_ONCE)
        // Opening a file of thousands of columns costs more than reading fifty of them.
        if (wide)
          await db.run(`CREATE OR REPLACE TEMP TABLE part AS SELECT ${block.map(c => id(c.name)).join(', ')} FROM data`)
        columns.push(...(await profileColumns(db, wide ? 'part' : 'data', block, version.rows)))
        progress(columns.length / (version.schema.length + 1))
      }
      const [{ n }] = (
        await db.runAndReadAll('SELECT count(*)::DOUBLE AS n FROM (SELECT hash(data) AS h FROM data GROUP BY 1)')
      ).getRowObjectsJson() as [{ n: number }]
      return { v: 1, rows: version.rows, duplicateRows: version.rows - n, columns }
    }).finally(() => rm(folder, { recursive: true, force: true }))
    await finish(c => completeProfile(c, scope, version.id, profile))
  },
  settle: (tx, job, settlement) => failProfile(tx, job.projectId, job.subjectId, settlement.state, settlement.reason),
})
