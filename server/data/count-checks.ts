import type { Handle } from '#db/client.ts'
import { isActive } from '#server/kernel/contract.ts'
import type { ProjectScope } from '#server/kernel/scope.ts'
import type { CheckCounts, LeakCounts } from './contract.ts'
import { listNewestChecks, type NewestCheck } from './expectations/store.ts'
import { splitOf } from './leaks/queue-for-target.ts'
import { type LeaksRow, listLeaksOf } from './leaks/store.ts'
import type { VersionRow } from './store.ts'

/** Returns the results of the checks of each version, by version id: expectations and leaks. */
export async function countChecks(
  db: Handle,
  scope: ProjectScope,
  versions: readonly VersionRow[],
): Promise<Map<string, { checks: CheckCounts; leaks: LeakCounts }>> {
  const [newest, searches] = await Promise.all([
    listNewestChecks(db, scope, versions),
    listLeaksOf(
      db,
      scope,
      versions.map(v => v.id),
    ),
  ])
  const checkOf = new Map(newest.map(c => [c.datasetId, c]))
  return new Map(
    versions.map(v => [v.id, { checks: checkCounts(checkOf.get(v.datasetId)), leaks: leakCounts(v, searches) }]),
  )
}

function checkCounts(check: NewestCheck | undefined): CheckCounts {
  if (!check || check.total === 0) return { state: 'none', total: 0, failing: 0, blocking: 0 }
  const { total, state } = check
  if (state === 'succeeded') return { state: 'checked', total, failing: check.failing, blocking: check.blocking }
  const open = state === null ? 'unchecked' : isActive(state) ? 'checking' : 'failed'
  return { state: open, total, failing: 0, blocking: 0 }
}

function leakCounts(version: VersionRow, searches: readonly LeaksRow[]): LeakCounts {
  const target = version.schema.find(c => c.role === 'target')?.name
  if (target === undefined) return { state: 'none', found: 0 }
  const split = splitOf(version.schema)
  const row = searches.find(s => s.versionId === version.id && s.target === target && s.split === split)
  if (!row) return { state: 'unchecked', found: 0 }
  if (row.state !== 'succeeded') return { state: isActive(row.state) ? 'checking' : 'failed', found: 0 }
  const ignored = new Set(version.schema.flatMap(c => (c.role === 'ignore' ? [c.name] : [])))
  const items = row.findings?.items ?? []
  if (items.length === 0 && row.findings?.evidence?.unscored === 'few-rows') return { state: 'unchecked', found: 0 }
  return {
    state: 'checked',
    found: items.filter(f => f.severity !== 'info' && !f.columns.some(name => ignored.has(name))).length,
  }
}
