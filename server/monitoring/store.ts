import { and, asc, desc, eq, inArray, notInArray, sql } from 'drizzle-orm'
import type { Sql } from 'postgres'
import type { Handle, Tx } from '#db/client.ts'
import { jobs, monitorChecks, monitorWindows } from '#db/schema/index.ts'
import { newId } from '#server/kernel/ids.ts'
import type { ProjectScope } from '#server/kernel/scope.ts'
import type { ColumnDrift, MonitorWindow, VerdictCode, VerdictFacts, WindowPerformance } from './contract.ts'
import { checkEndpointJob } from './jobs.ts'

/** What a check writes down beside its windows. */
export interface Report {
  v: 1
  /** Of all that the result depends on: an equal one need not be computed again. */
  fingerprint: string
  model: string
  version: number
  rows: number
  labelled: number
  columns: ColumnDrift[]
  prediction: ColumnDrift | null
  metric: { id: string; label: string; direction: 'minimise' | 'maximise' } | null
}

export type CheckRow = Omit<typeof monitorChecks.$inferSelect, 'report' | 'code' | 'facts'> & {
  report: Report | null
  code: VerdictCode | null
  facts: VerdictFacts | null
}
export type WindowRow = MonitorWindow & { grain: string; performance: WindowPerformance }

/** Two clicks at once make one check: the second waits here for the first. */
export async function lockChecks(tx: Tx, endpointId: string): Promise<void> {
  await tx.execute(sql`SELECT pg_advisory_xact_lock(hashtextextended(${`monitoring ${endpointId}`}, 0))`)
}

/** Checks that are queued or running, at most one per endpoint. */
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

/** The newest check of each endpoint in one of these states. */
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

/** A look that found nothing new. */
export async function touchCheck(tx: Tx, scope: ProjectScope, id: string): Promise<void> {
  await tx
    .update(monitorChecks)
    .set({ endedAt: sql`now()` })
    .where(and(eq(monitorChecks.projectId, scope.projectId), eq(monitorChecks.id, id)))
}

/** Keeps the newest checks only: one is made every hour. */
export async function pruneChecks(tx: Tx, scope: ProjectScope, endpointId: string, keep: number): Promise<void> {
  await tx.execute(sql`
    DELETE FROM monitor_checks WHERE project_id = ${scope.projectId} AND endpoint_id = ${endpointId} AND id IN (
      SELECT id FROM monitor_checks WHERE project_id = ${scope.projectId} AND endpoint_id = ${endpointId}
      ORDER BY created_at DESC, id DESC OFFSET ${keep})`)
}

/** The windows of the endpoint are these and no others: one that lost its rows goes. */
export async function replaceWindows(
  tx: Tx,
  scope: ProjectScope,
  endpointId: string,
  grain: string,
  windows: Omit<WindowRow, 'grain'>[],
): Promise<void> {
  const mine = and(
    eq(monitorWindows.projectId, scope.projectId),
    eq(monitorWindows.endpointId, endpointId),
    eq(monitorWindows.grain, grain),
  )
  const names = windows.map(w => w.window)
  await tx.delete(monitorWindows).where(names.length === 0 ? mine : and(mine, notInArray(monitorWindows.window, names)))
  for (let i = 0; i < windows.length; i += 100)
    await tx
      .insert(monitorWindows)
      .values(
        windows.slice(i, i + 100).map(w => ({
          projectId: scope.projectId,
          endpointId,
          grain,
          window: w.window,
          rows: w.rows,
          labelled: w.labelled,
          columns: [...w.columns, ...(w.prediction ? [{ ...w.prediction, isPrediction: true }] : [])],
          performance: { ...w.performance, versions: w.versions },
        })),
      )
      .onConflictDoUpdate({
        target: [monitorWindows.projectId, monitorWindows.endpointId, monitorWindows.grain, monitorWindows.window],
        set: {
          rows: sql`excluded.rows`,
          labelled: sql`excluded.labelled`,
          columns: sql`excluded.columns`,
          performance: sql`excluded.performance`,
          computedAt: sql`now()`,
        },
      })
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

export interface Traffic {
  rows: number
  labelled: number
  firstReceived: string | null
  lastReceived: string | null
  /** Of event time, in the project's zone, as `2012-03-14`. */
  lastDay: string | null
}

/** How much there is of an endpoint. Rows and labels are only ever added (and dropped by age), so these counts tell of any change. */
export async function measureTraffic(db: Handle, scope: ProjectScope, endpointId: string): Promise<Traffic> {
  const [row] = (await db.execute(sql`
    SELECT count(*)::float8 AS rows, min(received_at)::text AS first, max(received_at)::text AS last,
      to_char(max(event_time) AT TIME ZONE ${scope.zone}, 'YYYY-MM-DD') AS day,
      (SELECT count(*)::float8 FROM feedback f WHERE f.project_id = ${scope.projectId} AND f.endpoint_id = ${endpointId}) AS labelled
    FROM prediction_log WHERE project_id = ${scope.projectId} AND endpoint_id = ${endpointId}`)) as unknown as {
    rows: number
    first: string | null
    last: string | null
    day: string | null
    labelled: number
  }[]
  return {
    rows: row!.rows,
    labelled: row!.labelled,
    firstReceived: row!.first,
    lastReceived: row!.last,
    lastDay: row!.day,
  }
}

export interface TrafficRow {
  /** Of event time, in the project's zone, as `2012-03-14`. */
  day: string
  version_id: string
  features: Record<string, unknown>
  prediction: unknown
  probabilities: number[] | null
  /** What turned out to be true; null: not known (yet). */
  actual: unknown
}

/**
 * All rows of an endpoint in order of event time, by a cursor: some thousand rows are in memory at a time. Feedback is looked up by its
 * primary key, which is the prediction's id, so that no plan can be slow however stale the statistics are.
 */
export async function* streamTraffic(
  database: Sql,
  scope: ProjectScope,
  endpointId: string,
  signal: AbortSignal,
): AsyncGenerator<TrafficRow[]> {
  const query = database<TrafficRow[]>`
    SELECT to_char(p.event_time AT TIME ZONE ${scope.zone}, 'YYYY-MM-DD') AS day, p.version_id, p.features, p.prediction,
      p.probabilities, f.actual
    FROM prediction_log p
    LEFT JOIN feedback f ON f.endpoint_id = p.endpoint_id AND f.key = p.id::text
    WHERE p.project_id = ${scope.projectId} AND p.endpoint_id = ${endpointId}
    ORDER BY p.event_time, p.id`
  const stop = () => query.cancel()
  signal.addEventListener('abort', stop, { once: true })
  try {
    for await (const batch of query.cursor(2000)) yield batch
  } finally {
    signal.removeEventListener('abort', stop)
  }
}
