import { EngineError, MAX_CLASSES } from '#ml/index.ts'
import type { VersionColumn } from '#server/data/contract.ts'
import type { DatasetVersion } from '#server/data/service.ts'
import { AppError } from '#server/kernel/errors.ts'
import type { Kernel } from '#server/platform/kernel.ts'
import { quoteIdentifier as id, quoteLiteral as text, withDuckDb } from '#tables/duckdb.ts'
import type { TargetFacts } from './rules/decide-task.ts'

const LIMITS = { memoryMb: 512, threads: 1 }

/** Queries a version's rows as the view `data`. */
export async function queryVersion<T>(
  kernel: Kernel,
  version: DatasetVersion,
  sql: string,
): Promise<Record<string, T>[]> {
  const path = await kernel.blobs.pathOf(version.digest)
  return withDuckDb({ files: [path], limits: LIMITS }, async db => {
    await db.run(`CREATE VIEW data AS SELECT * FROM read_parquet(${text(path)})`)
    return (await db.runAndReadAll(sql)).getRowObjectsJson() as Record<string, T>[]
  })
}

/** Throws `invalid`, naming the existing columns, unless the column exists. */
export function requireColumn(version: DatasetVersion, name: string, what: string): VersionColumn {
  const column = version.schema.find(c => c.name === name)
  if (column) return column
  const names = version.schema.map(c => c.name)
  throw new AppError('invalid', `${version.datasetName} v${version.number} has no column “${name}” ${what}.`, {
    hint: `The columns are ${names.slice(0, 30).join(', ')}${names.length > 30 ? ' …' : ''}.`,
  })
}

/** Counts the target's cells over the whole version. */
export async function inspectTarget(kernel: Kernel, version: DatasetVersion, target: string): Promise<TargetFacts> {
  const { name, type } = requireColumn(version, target, 'to predict')
  const t = id(name)
  const [row] = await queryVersion<number>(
    kernel,
    version,
    `SELECT count(${t})::DOUBLE AS present, (SELECT count(*)::DOUBLE FROM (SELECT DISTINCT ${t} FROM data WHERE ${t} IS NOT NULL LIMIT ${MAX_CLASSES * 50})) AS distinct_values FROM data`,
  )
  return { name, type, rows: version.rows, present: row!.present!, distinct: row!.distinct_values! }
}

/** Runs `work` of the engine. Throws its errors as `invalid`: the caller's input causes them. */
export async function inEngineWords<T>(work: () => T | Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (error instanceof EngineError) throw new AppError('invalid', error.message, { hint: error.hint, cause: error })
    throw error
  }
}
