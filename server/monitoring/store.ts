import { and, asc, desc, eq, inArray, notInArray, sql } from 'drizzle-orm'
import type { Handle, Tx } from '#db/client.ts'
import { monitorChecks, monitorWindows } from '#db/schema/monitoring.ts'
import type { Direction } from '#ml/index.ts'
import { newId } from '#server/kernel/ids.ts'
import type { ProjectScope } from '#server/kernel/scope.ts'
import { inScope } from '#server/platform/in-scope.ts'
import type {
  ColumnDrift,
  MonitorWindow,
  UnwatchedColumn,
  VerdictCode,
  VerdictFacts,
  WindowPerformance,
} from './contract.ts'
import type { Basis, MeasuredWindow, WindowBasis } from './rules/plan-windows.ts'

/** The result of a check without its windows. */
export interface Report {
  v: 1
  /** Fingerprint of all inputs of the result: an equal one need not be computed again. */
  fingerprint: string
  /** Fingerprint of the inputs of all windows; absent in reports of earlier versions. */
  base?: string
  model: string
  version: number
  rows: number
  labelled: number
  columns: ColumnDrift[]
  /** Absent in reports of earlier versions. */
  unwatched?: UnwatchedColumn[]
  prediction: ColumnDrift | null
  metric: { id: string; label: string; direction: Direction } | null
}

export type CheckRow = Omit<typeof monitorChecks.$inferSelect, 'report' | 'code' | 'facts'> & {
  report: Report | null
  code: VerdictCode | null
  facts: VerdictFacts | null
}
export type WindowRow = MonitorWindow & { grain: string; performance: WindowPerformance }

/** Serializes the start of checks, so that two requests at once create one. */
export async function lockChecks(tx: Tx, endpointId: string): Promise<void> {
  await tx.execute(sql`SELECT pg_advisory_xact_lock(hashtextextended(${`monitoring ${endpointId}`}, 0))`)
}

/** Returns the newest check of each endpoint in one of these states. */
export async function newestChecks(
  db: Handle,
  scope: ProjectScope,
  endpointIds: string[],
  states: string[],
): Promise<CheckRow[]> {
  if (endpointIds.length === 0) return []
  const rows = await db
    .selectDistinctOn([monitorChecks.endpointId])
    .from(monitorChecks)
    .where(
      and(
        eq(monitorChecks.projectId, scope.projectId),
        inArray(monitorChecks.endpointId, endpointIds),
        inArray(monitorChecks.state, states),
      ),
    )
    .orderBy(monitorChecks.endpointId, desc(monitorChecks.createdAt), desc(monitorChecks.id))
  return rows as unknown as CheckRow[]
}

export async function insertCheck(
  tx: Tx,
  values: Omit<typeof monitorChecks.$inferInsert, 'id' | 'report' | 'facts'> & {
    report?: Report
    facts?: VerdictFacts
  },
): Promise<string> {
  const id = newId()
  const report = values.report as Record<string, unknown> | undefined
  const facts = values.facts as Record<string, unknown> | undefined
  await tx.insert(monitorChecks).values({ ...values, report, facts, id, endedAt: sql`now()` })
  return id
}

/** Updates the time of a check whose result is unchanged. */
export async function touchCheck(tx: Tx, scope: ProjectScope, id: string): Promise<void> {
  await tx
    .update(monitorChecks)
    .set({ endedAt: sql`now()` })
    .where(inScope(monitorChecks, scope, id))
}

/** Deletes all but the newest checks: one is added every hour. */
export async function pruneChecks(tx: Tx, scope: ProjectScope, endpointId: string, keep: number): Promise<void> {
  await tx.execute(sql`
    DELETE FROM monitor_checks WHERE project_id = ${scope.projectId} AND endpoint_id = ${endpointId} AND id IN (
      SELECT id FROM monitor_checks WHERE project_id = ${scope.projectId} AND endpoint_id = ${endpointId}
      ORDER BY created_at DESC, id DESC OFFSET ${keep})`)
}

/** Makes `names` the only windows of the endpoint; writes the `changed` ones. */
export async function saveWindows(
  tx: Tx,
  scope: ProjectScope,
  endpointId: string,
  grain: string,
  names: readonly string[],
  changed: readonly MeasuredWindow[],
): Promise<void> {
  const mine = and(
    eq(monitorWindows.projectId, scope.projectId),
    eq(monitorWindows.endpointId, endpointId),
    eq(monitorWindows.grain, grain),
  )
  await tx
    .delete(monitorWindows)
    .where(names.length === 0 ? mine : and(mine, notInArray(monitorWindows.window, [...names])))
  for (let i = 0; i < changed.length; i += 100)
    await tx
      .insert(monitorWindows)
      .values(
        changed.slice(i, i + 100).map(w => ({
          projectId: scope.projectId,
          endpointId,
          grain,
          window: w.window,
          rows: w.rows,
          labelled: w.labelled,
          columns: [...w.columns, ...(w.prediction ? [{ ...w.prediction, isPrediction: true }] : [])],
          performance: { ...w.performance, versions: w.versions },
          basis: { ...w.basis },
        })),
      )
      .onConflictDoUpdate({
        target: [monitorWindows.projectId, monitorWindows.endpointId, monitorWindows.grain, monitorWindows.window],
        set: {
          rows: sql`excluded.rows`,
          labelled: sql`excluded.labelled`,
          columns: sql`excluded.columns`,
          performance: sql`excluded.performance`,
          basis: sql`excluded.basis`,
          computedAt: sql`now()`,
        },
      })
}

/** Returns the counts from which the stored windows of an endpoint were computed. */
export async function listBases(db: Handle, scope: ProjectScope, endpointId: string): Promise<WindowBasis[]> {
  const rows = await db
    .select({ grain: monitorWindows.grain, window: monitorWindows.window, basis: monitorWindows.basis })
    .from(monitorWindows)
    .where(and(eq(monitorWindows.projectId, scope.projectId), eq(monitorWindows.endpointId, endpointId)))
  return rows.map(({ grain, window, basis }) => ({ grain, window, basis: basis as Basis | null }))
}

export async function listWindows(
  db: Handle,
  scope: ProjectScope,
  endpointId: string,
  grain: string,
): Promise<WindowRow[]> {
  const rows = await db
    .select()
    .from(monitorWindows)
    .where(
      and(
        eq(monitorWindows.projectId, scope.projectId),
        eq(monitorWindows.endpointId, endpointId),
        eq(monitorWindows.grain, grain),
      ),
    )
    .orderBy(asc(monitorWindows.window))
    .limit(1000)
  return rows.map(row => {
    const all = row.columns as (ColumnDrift & { isPrediction?: boolean })[]
    const answers = all.find(c => c.isPrediction)
    if (answers) delete answers.isPrediction
    const { versions, ...performance } = row.performance as unknown as WindowPerformance & { versions?: number[] }
    return {
      grain: row.grain,
      window: row.window,
      rows: row.rows,
      labelled: row.labelled,
      columns: all.filter(c => c !== answers),
      prediction: answers ?? null,
      versions: versions ?? [],
      performance,
    }
  })
}
