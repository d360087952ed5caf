import { EngineError, MAX_CLASSES, toBoolean } from '#ml/index.ts'
import type { VersionColumn } from '#server/data/contract.ts'
import { countTargetCells, type DatasetVersion } from '#server/data/service.ts'
import { AppError } from '#server/kernel/errors.ts'
import type { ProjectScope } from '#server/kernel/scope.ts'
import type { Kernel } from '#server/platform/kernel.ts'
import type { TargetClass, TargetFacts } from './rules/decide-task.ts'

/** Classes that are listed with their rows. */
const MAX_LISTED_CLASSES = 50

/** Throws `invalid`, naming the existing columns, unless the column exists. */
export function requireColumn(version: DatasetVersion, name: string, what: string): VersionColumn {
  const column = version.schema.find(c => c.name === name)
  if (column) return column
  const names = version.schema.map(c => c.name)
  throw new AppError('invalid', `${version.datasetName} v${version.number} has no column “${name}” ${what}.`, {
    hint: `The columns are ${names.slice(0, 30).join(', ')}${names.length > 30 ? ' …' : ''}.`,
  })
}

/** Counts the target's cells over the whole version, and the rows of each class where there are few. */
export async function inspectTarget(
  kernel: Kernel,
  scope: ProjectScope,
  version: DatasetVersion,
  target: string,
): Promise<TargetFacts> {
  const column = requireColumn(version, target, 'to predict')
  const { present, distinct, values } = await countTargetCells(kernel, scope, version, {
    column,
    maxDistinct: MAX_CLASSES * 50,
    maxListed: MAX_LISTED_CLASSES,
  })
  return {
    name: column.name,
    type: column.type,
    rows: version.rows,
    present,
    distinct,
    ...(values ? { classes: classesOf(column, values) } : {}),
  }
}

/** Returns the classes as a model names them, most frequent first. */
function classesOf(column: VersionColumn, values: readonly { value: CellValue; rows: number }[]): TargetClass[] {
  const counted = new Map<string, TargetClass>()
  for (const { value, rows } of values) {
    const name = className(column, value)
    if (name === undefined) continue
    const before = counted.get(name)
    counted.set(name, { name, label: before?.label ?? String(value), rows: (before?.rows ?? 0) + rows })
  }
  return [...counted.values()].sort((a, b) => b.rows - a.rows)
}

type CellValue = string | number | boolean

/** Undefined for a cell that the engine reads as missing. */
function className({ type, domain }: VersionColumn, cell: CellValue): string | undefined {
  if (type !== 'boolean') return String(cell)
  const read = toBoolean(cell, Array.isArray(domain) ? domain : undefined)
  return Number.isNaN(read) ? undefined : String(read === 1)
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
