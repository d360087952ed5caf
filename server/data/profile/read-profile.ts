import { authorize, type Caller } from '#server/access/caller.ts'
import { AppError } from '#server/kernel/errors.ts'
import type { Kernel } from '#server/platform/kernel.ts'
import type { ColumnStatistics } from '#tables/profile/contract.ts'
import { versionOf } from '../read-datasets.ts'
import type { ColumnProfile, ColumnSummary, ProfileAnswer, ProfileSummary, ShownRelations } from './contract.ts'
import { describeWarning, showWarning } from './messages.ts'
import { findProfile, type ProfileRow } from './store.ts'

const WARNINGS_SENT = 200
const BARS = 16

const warningsOf = (row: ProfileRow | undefined) =>
  row ? [...row.profile.warnings, ...(row.relations?.warnings ?? [])] : []

const withWarnings = (row: ProfileRow, column: ColumnStatistics): ColumnProfile => ({
  ...column,
  warnings: row.profile.warnings.filter(w => w.column === column.name).map(describeWarning),
})

const showRelations = (row: ProfileRow | undefined): ShownRelations | null =>
  row?.relations ? { ...row.relations, warnings: row.relations.warnings.map(showWarning) } : null

/** Returns the whole profile. `state` shows whether it exists yet. */
export async function profileDataset(kernel: Kernel, caller: Caller, nameAtVersion: string): Promise<ProfileAnswer> {
  await authorize(kernel, caller, 'data:read')
  const version = await versionOf(kernel, caller.scope, nameAtVersion)
  const row = await findProfile(kernel.db, caller.scope, version.id)
  return {
    dataset: version.datasetName,
    version: version.number,
    state: version.profileState,
    reason: version.profileReason,
    rows: version.rows,
    duplicateRows: row?.profile.duplicateRows ?? null,
    columns: row?.profile.columns.map(c => withWarnings(row, c)) ?? [],
    warnings: warningsOf(row).map(showWarning),
    relationsState: row?.relationsState ?? null,
    relationsReason: row?.relationsReason ?? null,
    correlations: showRelations(row),
  }
}

/** Encodes heights as one digit each, so that thousands of columns stay small in the response. */
function barsOf(column: ColumnStatistics): Pick<ColumnSummary, 'bars' | 'barsOf'> {
  const fine = column.histogram.length > 0
  const step = Math.max(1, Math.ceil(column.histogram.length / BARS))
  const counts = fine
    ? Array.from({ length: Math.ceil(column.histogram.length / step) }, (_, i) =>
        column.histogram.slice(i * step, (i + 1) * step).reduce((sum, b) => sum + b.count, 0),
      )
    : column.top.slice(0, 6).map(t => t.count)
  const highest = Math.max(1, ...counts)
  return {
    bars: counts.map(n => (n === 0 ? 0 : Math.max(1, Math.round((9 * n) / highest)))).join(''),
    barsOf: fine ? 'histogram' : 'values',
  }
}

/** A category has no range: its smallest and largest words mean nothing. */
function topOf(column: ColumnStatistics, rows: number): ColumnSummary['top'] {
  const [first] = column.top
  const present = rows - column.missing
  if (column.histogram.length > 0 || !first || present <= 0) return null
  return { value: String(first.value).slice(0, 40), share: first.count / present }
}

/** Returns what the page shows first: a line per column, warnings, relations. */
export async function summarizeProfile(kernel: Kernel, caller: Caller, nameAtVersion: string): Promise<ProfileSummary> {
  await authorize(kernel, caller, 'data:read')
  const version = await versionOf(kernel, caller.scope, nameAtVersion)
  const row = await findProfile(kernel.db, caller.scope, version.id)
  const roles = new Map(version.schema.map(c => [c.name, c.role]))
  const target = version.schema.find(c => c.role === 'target')?.name ?? null
  const order = { high: 0, medium: 1, low: 2 }
  const warnings = warningsOf(row)
  const perColumn = new Map<string | null, number>()
  for (const w of row?.profile.warnings ?? []) perColumn.set(w.column, (perColumn.get(w.column) ?? 0) + 1)
  return {
    dataset: version.datasetName,
    version: version.number,
    state: version.profileState,
    reason: version.profileReason,
    rows: version.rows,
    duplicateRows: row?.profile.duplicateRows ?? null,
    columns: (row?.profile.columns ?? []).map(c => ({
      name: c.name,
      type: c.type,
      role: roles.get(c.name) ?? 'feature',
      missing: c.missing,
      distinct: c.distinct,
      distinctExact: c.distinctExact,
      min: typeof c.min === 'string' ? c.min.slice(0, 40) : c.min,
      max: typeof c.max === 'string' ? c.max.slice(0, 40) : c.max,
      mean: c.mean,
      sd: c.sd,
      median: c.quantiles['0.5'] ?? null,
      ...barsOf(c),
      top: topOf(c, version.rows),
      warnings: perColumn.get(c.name) ?? 0,
    })),
    warnings: warnings
      .map((w, place) => ({ w, place }))
      .sort((a, b) => order[a.w.severity] - order[b.w.severity] || a.place - b.place)
      .slice(0, WARNINGS_SENT)
      .map(({ w }) => showWarning(w)),
    warningCount: warnings.length,
    relationsState: row?.relationsState ?? null,
    relationsReason: row?.relationsReason ?? null,
    relations: showRelations(row),
    relationsStale: row?.relations != null && row.relations.target !== target,
  }
}

/** Returns the profile of one column. */
export async function showColumn(
  kernel: Kernel,
  caller: Caller,
  input: { dataset: string; column: string },
): Promise<ColumnProfile> {
  await authorize(kernel, caller, 'data:read')
  const version = await versionOf(kernel, caller.scope, input.dataset)
  const row = await findProfile(kernel.db, caller.scope, version.id)
  const column = row?.profile.columns.find(c => c.name === input.column)
  if (!column)
    throw new AppError('not_found', `The profile of ${input.dataset} has no column “${input.column}”.`, {
      hint: row ? 'See the columns on the tab Schema.' : 'The profile does not exist yet; wait until it is complete.',
    })
  return withWarnings(row!, column)
}
