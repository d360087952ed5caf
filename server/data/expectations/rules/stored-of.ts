import type { StoredType, VersionColumn } from '../../contract.ts'

/** How the bytes of a column hold it. Versions from before this was kept say it by their type. */
export const storedOf = (column: Pick<VersionColumn, 'type' | 'stored'>): StoredType => {
  if (column.stored) return column.stored
  const { type } = column
  return type === 'number' || type === 'integer' || type === 'boolean' || type === 'datetime' ? type : 'words'
}
