import type { Handle } from '#db/client.ts'
import type { ProjectScope } from '#server/kernel/scope.ts'
import { describeSource } from './contract.ts'
import { nameVersionRows } from './store.ts'

export interface NamedVersion {
  id: string
  dataset: string
  version: number
  rows: number
  /** Description of its source; null: another version. */
  source: string | null
  parentId: string | null
}

/** Returns labels for the lineage graph of the project's versions with these ids. */
export async function nameVersions(db: Handle, scope: ProjectScope, ids: readonly string[]): Promise<NamedVersion[]> {
  if (ids.length === 0) return []
  const rows = await nameVersionRows(db, scope, ids)
  return rows.map(({ source, ...row }) => ({
    ...row,
    source: source.kind === 'query' || source.kind === 'predictions' ? null : describeSource(source),
  }))
}
