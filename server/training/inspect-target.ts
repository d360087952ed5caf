import { EngineError, MAX_CLASSES } from '#ml/index.ts'
import type { VersionColumn } from '#server/data/contract.ts'
import { countTargetCells, type DatasetVersion } from '#server/data/service.ts'
import { AppError } from '#server/kernel/errors.ts'
import type { ProjectScope } from '#server/kernel/scope.ts'
import type { Kernel } from '#server/platform/kernel.ts'
import type { TargetFacts } from './rules/decide-task.ts'

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
export async function inspectTarget(
  kernel: Kernel,
  scope: ProjectScope,
  version: DatasetVersion,
  target: string,
): Promise<TargetFacts> {
  const { name, type } = requireColumn(version, target, 'to predict')
  const counts = await countTargetCells(kernel, scope, version, { column: name, maxDistinct: MAX_CLASSES * 50 })
  return { name, type, rows: version.rows, ...counts }
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
