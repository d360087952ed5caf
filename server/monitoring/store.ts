import { createWriteStream } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { pipeline } from 'node:stream/promises'
import { and, asc, desc, eq, inArray, notInArray, sql } from 'drizzle-orm'
import type { Sql } from 'postgres'
import type { Handle, Tx } from '#db/client.ts'
import { jobs, monitorChecks, monitorWindows } from '#db/schema/index.ts'
import type { Direction } from '#ml/index.ts'
import { newId } from '#server/kernel/ids.ts'
import type { ProjectScope } from '#server/kernel/scope.ts'
import type { ColumnDrift, MonitorWindow, VerdictCode, VerdictFacts, WindowPerformance } from './contract.ts'
import { checkEndpointJob } from './jobs.ts'
import type { Basis, DayCount, MeasuredWindow, WindowBasis } from './rules/plan-windows.ts'

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

/** Lists checks that are queued or running, at most one per endpoint. */
export async function openChecks(db: Handle, scope: ProjectScope, endpointIds: string[]) {
  if (endpointIds.length === 0) return []
  return db
    .select({ id: jobs.id, endpointId: jobs.subjectId, state: jobs.state, progress: jobs.progress })
    .from(jobs)
    .where(
      and(
        eq(jobs.projectId, scope.projectId),
        eq(jobs.subjectKind, 'endpoint'),
        inArray(jobs.subjectId, endpointIds),
        eq(jobs.name, checkEndpointJob.name),
        inArray(jobs.state, ['queued', 'running']),
      ),
    )
    .orderBy(desc(jobs.createdAt))
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
    .where(and(eq(monitorChecks.projectId, scope.projectId), eq(monitorChecks.id, id)))
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

/** Counts predictions and labels of an endpoint per day of event time, oldest first. */
export async function countTraffic(db: Handle, scope: ProjectScope, endpointId: string): Promise<DayCount[]> {
  const rows = await db.execute(sql`
    SELECT to_char(p.event_time AT TIME ZONE ${scope.zone}, 'YYYY-MM-DD') AS day,
      count(*)::float8 AS rows, count(f.key)::float8 AS labels
    FROM prediction_log p
    LEFT JOIN feedback f ON f.endpoint_id = p.endpoint_id AND f.key = p.id::text
    WHERE p.project_id = ${scope.projectId} AND p.endpoint_id = ${endpointId}
    GROUP BY 1 ORDER BY 1`)
  return rows as unknown as DayCount[]
}

/** Lists the model versions that served requests of the endpoint. */
export async function listAnsweringVersions(db: Handle, scope: ProjectScope, endpointId: string): Promise<string[]> {
  const rows = (await db.execute(sql`
    SELECT DISTINCT version_id::text AS id FROM prediction_log
    WHERE project_id = ${scope.projectId} AND endpoint_id = ${endpointId}`)) as unknown as { id: string }[]
  return rows.map(r => r.id)
}

/** One logged prediction, as a line of the file that `exportTraffic` writes. */
export interface TrafficRow {
  /** Day of event time in the project's zone, for example `2012-03-14`. */
  day: string
  version_id: string
  features: Record<string, unknown>
  prediction: unknown
  probabilities: number[] | null
  /** The ground truth; null: not known (yet). */
  actual: unknown
}

const literal = (text: string) => `'${text.replaceAll("'", "''")}'`

/**
 * Writes the rows of some months to a file, one JSON document per line in order of event time. PostgreSQL formats the JSON, which is not
 * parsed here. COPY doubles every backslash; the reader must undo that.
 */
export async function exportTraffic(
  database: Sql,
  scope: ProjectScope,
  endpointId: string,
  months: readonly string[],
  path: string,
  signal: AbortSignal,
): Promise<void> {
  if (months.length === 0) return writeFile(path, '')
  const zone = literal(scope.zone)
  // Joins feedback by its primary key, so that the plan is fast even with stale statistics.
  const query = database.unsafe(`COPY (
    SELECT row_to_json(t) FROM (
      SELECT to_char(p.event_time AT TIME ZONE ${zone}, 'YYYY-MM-DD') AS day, p.version_id, p.features, p.prediction,
        p.probabilities, f.actual
      FROM prediction_log p
      LEFT JOIN feedback f ON f.endpoint_id = p.endpoint_id AND f.key = p.id::text
      WHERE p.project_id = ${literal(scope.projectId)} AND p.endpoint_id = ${literal(endpointId)}
        AND to_char(p.event_time AT TIME ZONE ${zone}, 'YYYY-MM') IN (${months.map(literal).join(', ')})
      ORDER BY p.event_time, p.id) t) TO STDOUT`)
  await pipeline(await query.readable(), createWriteStream(path), { signal })
}
