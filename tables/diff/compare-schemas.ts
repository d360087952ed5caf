import { type StoredType, storedAs, type VersionColumn } from '../contract.ts'
import type { DiffResult } from './contract.ts'

export interface CommonColumn {
  name: string
  before: VersionColumn
  after: VersionColumn
  /** The common type that the cells of both sides are cast to for comparison. */
  as: StoredType
}

function comparedAs(before: VersionColumn, after: VersionColumn): StoredType {
  const [was, is] = [storedAs(before), storedAs(after)]
  if (was === is) return is
  const isNumber = (kind: StoredType) => kind === 'number' || kind === 'integer'
  return isNumber(was) && isNumber(is) ? 'number' : 'words'
}

/** Matches columns by name: returns columns of one side only, columns whose type changed, and how to compare the common ones. */
export function compareSchemas(
  before: readonly VersionColumn[],
  after: readonly VersionColumn[],
): { schema: DiffResult['schema']; common: CommonColumn[] } {
  const old = new Map(before.map(c => [c.name, c]))
  const now = new Map(after.map(c => [c.name, c]))
  const common = after.flatMap((c): CommonColumn[] => {
    const was = old.get(c.name)
    if (!was) return []
    return [{ name: c.name, before: was, after: c, as: comparedAs(was, c) }]
  })
  const types = common.flatMap(c =>
    c.before.type === c.after.type ? [] : [{ name: c.name, before: c.before.type, after: c.after.type }],
  )
  return {
    schema: {
      added: after.filter(c => !old.has(c.name)).map(c => c.name),
      removed: before.filter(c => !now.has(c.name)).map(c => c.name),
      changed: types.map(t => t.name),
      types,
    },
    common,
  }
}

/** Returns the id columns of both sides, the default key. */
export const defaultKey = (before: readonly VersionColumn[], after: readonly VersionColumn[]): string[] =>
  after.filter(c => c.role === 'id' && before.some(b => b.name === c.name && b.role === 'id')).map(c => c.name)
