import { and, desc, eq, gte, inArray, lte, sql } from 'drizzle-orm'
import type { Handle, Tx } from '#db/client.ts'
import { models, modelVersions } from '#db/schema/registry.ts'
import {
  endpointRevisions,
  endpoints,
  endpointTargets,
  feedback,
  predictionLog,
  primaryEndpoints,
  serveInstances,
  servingStats,
} from '#db/schema/serving.ts'
import { newId } from '#server/kernel/ids.ts'
import type { ProjectScope } from '#server/kernel/scope.ts'
import { inScope } from '#server/platform/in-scope.ts'
import { listLiveProcesses } from '#server/platform/processes.ts'
import { listScopes } from '#server/platform/projects.ts'
import type { NamedSubject } from '#server/platform/subjects/contract.ts'
import type {
  DesiredEndpoint,
  DesiredTarget,
  FeedbackRow,
  Laggard,
  OddRows,
  RowPolicy,
  Target,
  TargetRole,
} from './contract.ts'
import type { ModelReport } from './models/contract.ts'

export type EndpointRow = typeof endpoints.$inferSelect
export type RevisionRow = typeof endpointRevisions.$inferSelect

export async function findEndpoint(db: Handle, scope: ProjectScope, name: string): Promise<EndpointRow | undefined> {
  const [row] = await db
    .select()
    .from(endpoints)
    .where(and(eq(endpoints.projectId, scope.projectId), eq(endpoints.name, name)))
  return row
}

/** Locks the endpoint of this name; with `make`, creates it if needed. Revisions are numbered under this lock. */
export async function lockEndpoint(
  tx: Tx,
  scope: ProjectScope,
  name: string,
  make?: { modelId: string; createdBy: string },
): Promise<EndpointRow | undefined> {
  if (make)
    await tx
      .insert(endpoints)
      .values({ id: newId(), projectId: scope.projectId, name, ...make })
      .onConflictDoNothing()
  const [row] = await tx
    .select()
    .from(endpoints)
    .where(and(eq(endpoints.projectId, scope.projectId), eq(endpoints.name, name)))
    .for('no key update')
  return row
}

/** Adds a revision with its targets and puts it in force. The caller holds the lock of the endpoint. */
export async function insertRevision(
  tx: Tx,
  endpoint: EndpointRow,
  values: {
    action: 'promote' | 'rollback'
    targets: { versionId: string; role: TargetRole; weight: number }[]
    previousVersionId: string | null
    modelId: string
    timeColumn: string | null
    reason: string
    createdBy: string
  },
): Promise<RevisionRow> {
  const { modelId, timeColumn, targets, ...rest } = values
  const { projectId } = endpoint
  const number = endpoint.revision + 1
  await tx.update(endpoints).set({ revision: number, modelId, timeColumn }).where(eq(endpoints.id, endpoint.id))
  const [row] = await tx
    .insert(endpointRevisions)
    .values({ ...rest, id: newId(), projectId, endpointId: endpoint.id, number })
    .returning()
  await tx.insert(endpointTargets).values(targets.map(target => ({ ...target, projectId, revisionId: row!.id })))
  return row!
}

/** Asks the servers to try the models of the endpoint again. The caller holds the lock of the endpoint. */
export async function countRetry(tx: Tx, { id, retries }: EndpointRow): Promise<void> {
  await tx
    .update(endpoints)
    .set({ retries: retries + 1 })
    .where(eq(endpoints.id, id))
}

export async function setSwitchedIn(db: Handle, revisionId: string, switchedInMs: number): Promise<void> {
  await db.update(endpointRevisions).set({ switchedInMs }).where(eq(endpointRevisions.id, revisionId))
}

const championOf = () =>
  and(
    eq(endpointTargets.projectId, endpointRevisions.projectId),
    eq(endpointTargets.revisionId, endpointRevisions.id),
    eq(endpointTargets.role, 'champion'),
  )

const versionOfTarget = () =>
  and(eq(modelVersions.projectId, endpointTargets.projectId), eq(modelVersions.id, endpointTargets.versionId))

const modelOfVersion = () => and(eq(models.projectId, modelVersions.projectId), eq(models.id, modelVersions.modelId))

/** Lists revisions with their champion, newest first. */
export const listRevisions = (db: Handle, scope: ProjectScope, endpointId: string, until?: Date) =>
  db
    .select({
      revision: endpointRevisions,
      versionId: modelVersions.id,
      version: modelVersions.number,
      model: models.name,
    })
    .from(endpointRevisions)
    .innerJoin(endpointTargets, championOf())
    .innerJoin(modelVersions, versionOfTarget())
    .innerJoin(models, modelOfVersion())
    .where(
      and(
        eq(endpointRevisions.projectId, scope.projectId),
        eq(endpointRevisions.endpointId, endpointId),
        until ? lte(endpointRevisions.createdAt, until) : undefined,
      ),
    )
    .orderBy(desc(endpointRevisions.number))
    .limit(1000)

/** Returns those of the endpoints that were ever rolled back. */
export async function listRolledBackIds(
  db: Handle,
  scope: ProjectScope,
  endpointIds: readonly string[],
): Promise<Set<string>> {
  if (endpointIds.length === 0) return new Set()
  const rows = await db
    .selectDistinct({ id: endpointRevisions.endpointId })
    .from(endpointRevisions)
    .where(
      and(
        eq(endpointRevisions.projectId, scope.projectId),
        inArray(endpointRevisions.endpointId, [...endpointIds]),
        eq(endpointRevisions.action, 'rollback'),
      ),
    )
  return new Set(rows.map(row => row.id))
}

/** Lists every live serve process with the revision of this endpoint that it has in force, and its models. */
export async function liveInstances(
  db: Handle,
  endpointId: string,
): Promise<(Laggard & { models: ModelReport | null })[]> {
  const [live, observed] = await Promise.all([
    listLiveProcesses(db, 'serve'),
    db
      .select({
        process: serveInstances.processId,
        observedRevision: serveInstances.observedRevision,
        error: serveInstances.error,
        models: serveInstances.models,
      })
      .from(serveInstances)
      .where(eq(serveInstances.endpointId, endpointId)),
  ])
  const of = new Map(observed.map(row => [row.process, row]))
  return live.map(({ id, host, pid }) => {
    const models = (of.get(id)?.models ?? null) as ModelReport | null
    return {
      process: id,
      host,
      pid,
      observedRevision: of.get(id)?.observedRevision ?? null,
      error: of.get(id)?.error ?? null,
      failedRevision: models?.failedRevision ?? null,
      models,
    }
  })
}

const current = () =>
  and(
    eq(endpointRevisions.projectId, endpoints.projectId),
    eq(endpointRevisions.endpointId, endpoints.id),
    eq(endpointRevisions.number, endpoints.revision),
  )

/** Lists endpoints of a project with the revision in force, its champion, and whether it is the primary endpoint of that model. */
export const listCurrent = (db: Handle, scope: ProjectScope, name?: string) =>
  db
    .select({
      endpoint: endpoints,
      revision: endpointRevisions,
      version: modelVersions,
      model: models.name,
      primary: sql<boolean>`${primaryEndpoints.endpointId} IS NOT NULL`,
    })
    .from(endpoints)
    .innerJoin(endpointRevisions, current())
    .innerJoin(endpointTargets, championOf())
    .innerJoin(modelVersions, versionOfTarget())
    .innerJoin(models, modelOfVersion())
    .leftJoin(
      primaryEndpoints,
      and(
        eq(primaryEndpoints.projectId, models.projectId),
        eq(primaryEndpoints.modelId, models.id),
        eq(primaryEndpoints.endpointId, endpoints.id),
      ),
    )
    .where(and(eq(endpoints.projectId, scope.projectId), name === undefined ? undefined : eq(endpoints.name, name)))
    .orderBy(endpoints.name)
    .limit(1000)

const championFirst = () => [sql`${endpointTargets.role} <> 'champion'`, endpointTargets.role, modelVersions.number]

/** Lists targets of the revisions, the champion first. */
export async function listTargets(
  db: Handle,
  scope: ProjectScope,
  revisionIds: readonly string[],
): Promise<(Target & { revisionId: string })[]> {
  if (revisionIds.length === 0) return []
  const rows = await db
    .select({
      revisionId: endpointTargets.revisionId,
      model: models.name,
      version: modelVersions.number,
      role: endpointTargets.role,
      weight: endpointTargets.weight,
    })
    .from(endpointTargets)
    .innerJoin(modelVersions, versionOfTarget())
    .innerJoin(models, modelOfVersion())
    .where(and(eq(endpointTargets.projectId, scope.projectId), inArray(endpointTargets.revisionId, [...revisionIds])))
    .orderBy(...championFirst())
  return rows.map(row => ({ ...row, role: row.role as TargetRole }))
}

export interface NamedEndpoint {
  id: string
  name: string
  /** The champion in force. */
  model: string
  version: number
  versionId: string
}

/** Names endpoints, whether they serve or not. */
export const nameEndpointSubjects = (
  db: Handle,
  scope: ProjectScope,
  ids: readonly string[],
): Promise<NamedSubject[]> =>
  db
    .select({ id: endpoints.id, name: endpoints.name, page: endpoints.name })
    .from(endpoints)
    .where(inScope(endpoints, scope, ids))

/** Returns labels for the lineage graph of the project's endpoints with these ids. */
export async function nameEndpoints(db: Handle, scope: ProjectScope, ids: readonly string[]): Promise<NamedEndpoint[]> {
  if (ids.length === 0) return []
  return db
    .select({
      id: endpoints.id,
      name: endpoints.name,
      model: models.name,
      version: modelVersions.number,
      versionId: modelVersions.id,
    })
    .from(endpoints)
    .innerJoin(endpointRevisions, current())
    .innerJoin(endpointTargets, championOf())
    .innerJoin(modelVersions, versionOfTarget())
    .innerJoin(models, modelOfVersion())
    .where(inScope(endpoints, scope, ids))
}

/** Lists every endpoint of the instance with its targets. Only for serve processes, which serve all projects. */
export async function listDesired(db: Handle): Promise<DesiredEndpoint[]> {
  const rows = await db
    .select({
      endpoint: {
        projectId: endpoints.projectId,
        endpointId: endpoints.id,
        endpoint: endpoints.name,
        timeColumn: endpoints.timeColumn,
        policy: sql<RowPolicy>`${endpoints.policy}`,
        revision: endpoints.revision,
        retries: endpoints.retries,
      },
      target: {
        versionId: modelVersions.id,
        version: modelVersions.number,
        model: models.name,
        role: endpointTargets.role,
        weight: endpointTargets.weight,
        servable: modelVersions.servable,
        target: sql<DesiredTarget['target']>`CASE WHEN ${modelVersions.signature} ? 'task' THEN
          coalesce(${modelVersions.signature} -> 'targetColumn', '{}'::jsonb) || jsonb_build_object(
            'name', ${modelVersions.signature} -> 'target', 'task', ${modelVersions.signature} -> 'task',
            'classes', ${modelVersions.signature} -> 'classes') END`,
      },
    })
    .from(endpoints)
    .innerJoin(endpointRevisions, current())
    .innerJoin(
      endpointTargets,
      and(
        eq(endpointTargets.projectId, endpointRevisions.projectId),
        eq(endpointTargets.revisionId, endpointRevisions.id),
      ),
    )
    .innerJoin(modelVersions, versionOfTarget())
    .innerJoin(models, modelOfVersion())
    .orderBy(endpoints.id, ...championFirst())
  const scopes = new Map((await listScopes(db)).map(scope => [scope.projectId, scope]))
  const found = new Map<string, DesiredEndpoint>()
  for (const { endpoint, target } of rows) {
    const scope = scopes.get(endpoint.projectId)
    if (!scope) continue
    const desired = found.get(endpoint.endpointId) ?? { ...endpoint, slug: scope.slug, zone: scope.zone, targets: [] }
    desired.targets.push(target as DesiredTarget)
    found.set(endpoint.endpointId, desired)
  }
  return [...found.values()]
}

export type PrimaryRow = typeof primaryEndpoints.$inferSelect

/** Locks the model's primary endpoint; with `make`, sets it first if the model has none. */
export async function lockPrimary(
  tx: Tx,
  scope: ProjectScope,
  modelId: string,
  make?: { endpointId: string; updatedBy: string },
): Promise<(PrimaryRow & { endpoint: string }) | undefined> {
  if (make)
    await tx
      .insert(primaryEndpoints)
      .values({ ...make, modelId, projectId: scope.projectId })
      .onConflictDoNothing()
  const [row] = await tx
    .select({ primary: primaryEndpoints, endpoint: endpoints.name })
    .from(primaryEndpoints)
    .innerJoin(
      endpoints,
      and(eq(endpoints.projectId, primaryEndpoints.projectId), eq(endpoints.id, primaryEndpoints.endpointId)),
    )
    .where(and(eq(primaryEndpoints.projectId, scope.projectId), eq(primaryEndpoints.modelId, modelId)))
    .for('update', { of: primaryEndpoints })
  return row && { ...row.primary, endpoint: row.endpoint }
}

export async function upsertPrimary(
  tx: Tx,
  scope: ProjectScope,
  values: { modelId: string; endpointId: string; updatedBy: string },
): Promise<void> {
  await tx
    .insert(primaryEndpoints)
    .values({ ...values, projectId: scope.projectId })
    .onConflictDoUpdate({
      target: [primaryEndpoints.projectId, primaryEndpoints.modelId],
      set: { endpointId: values.endpointId, updatedBy: values.updatedBy, updatedAt: sql`now()` },
    })
}

export async function upsertInstances(
  db: Handle,
  processId: string,
  observed: {
    projectId: string
    endpointId: string
    observedRevision: number
    error: string | null
    models: ModelReport
  }[],
): Promise<void> {
  if (observed.length === 0) return
  await db
    .insert(serveInstances)
    .values(observed.map(o => ({ ...o, processId })))
    .onConflictDoUpdate({
      target: [serveInstances.processId, serveInstances.endpointId],
      set: {
        observedRevision: sql`excluded.observed_revision`,
        error: sql`excluded.error`,
        models: sql`excluded.models`,
        heartbeatAt: sql`now()`,
      },
    })
}

/** Deletes the rows of stopped processes. */
export async function deleteDeadInstances(db: Handle): Promise<void> {
  await db.execute(sql`DELETE FROM serve_instances i WHERE i.heartbeat_at < now() - interval '1 hour'`)
}

/** Inserts spooled lines unparsed in one parameter. Skips stored lines. Lines of older spools have no role. */
export async function insertPredictionLines(db: Handle, lines: readonly string[]): Promise<void> {
  await db.execute(sql`
    INSERT INTO prediction_log (received_at, id, project_id, endpoint_id, version_id, target_role, request_id, caller_id,
      event_time, features, prediction, probabilities, latency_ms, repairs)
    SELECT received_at, id, project_id, endpoint_id, version_id, coalesce(target_role, 'champion'), request_id, caller_id,
      event_time, features, prediction, nullif(probabilities, 'null'::jsonb), latency_ms, nullif(repairs, 'null'::jsonb)
    FROM jsonb_to_recordset(${`[${lines.join(',')}]`}::text::jsonb) AS line(received_at timestamptz, id uuid,
      project_id uuid, endpoint_id uuid, version_id uuid, target_role text, request_id text, caller_id text, event_time timestamptz,
      features jsonb, prediction jsonb, probabilities jsonb, latency_ms real, repairs jsonb)
    ON CONFLICT DO NOTHING`)
}

export type StatsRow = typeof servingStats.$inferInsert

/** Writes the full counts of buckets. A process writes only its own rows. */
export async function upsertStats(db: Handle, rows: StatsRow[]): Promise<void> {
  if (rows.length === 0) return
  await db
    .insert(servingStats)
    .values(rows)
    .onConflictDoUpdate({
      target: [
        servingStats.endpointId,
        servingStats.at,
        servingStats.processId,
        servingStats.versionId,
        servingStats.targetRole,
      ],
      set: {
        requests: sql`excluded.requests`,
        rows: sql`excluded.rows`,
        errors: sql`excluded.errors`,
        latency: sql`excluded.latency`,
        refused: sql`excluded.refused`,
        answerable: sql`excluded.answerable`,
        failedRows: sql`excluded.failed_rows`,
        repairs: sql`excluded.repairs`,
      },
    })
}

export const readStats = (db: Handle, scope: ProjectScope, endpointIds: string[], since: Date) =>
  endpointIds.length === 0
    ? Promise.resolve([])
    : db
        .select()
        .from(servingStats)
        .where(
          and(
            eq(servingStats.projectId, scope.projectId),
            inArray(servingStats.endpointId, endpointIds),
            gte(servingStats.at, since),
          ),
        )
        .orderBy(servingStats.at)

export async function setRowPolicy(
  db: Handle,
  scope: ProjectScope,
  endpointId: string,
  policy: RowPolicy,
): Promise<void> {
  await db
    .update(endpoints)
    .set({ policy })
    .where(inScope(endpoints, scope, [endpointId]))
}

/** Sums refusals and odd cells of an endpoint since an instant. */
export async function sumOddRows(
  db: Handle,
  scope: ProjectScope,
  endpointId: string,
  since: Date,
): Promise<Omit<OddRows, 'days'>> {
  const of = and(
    eq(servingStats.projectId, scope.projectId),
    eq(servingStats.endpointId, endpointId),
    gte(servingStats.at, since),
  )
  const [[totals], cells] = await Promise.all([
    db
      .select({
        refused: sql<number>`coalesce(sum(${servingStats.refused}), 0)::float8`,
        answerable: sql<number>`coalesce(sum(${servingStats.answerable}), 0)::float8`,
        rows: sql<number>`coalesce(sum(${servingStats.rows}), 0)::float8`,
        failedRows: sql<number>`coalesce(sum(${servingStats.failedRows}), 0)::float8`,
      })
      .from(servingStats)
      .where(of),
    db.execute(sql`
      SELECT c.key AS column, k.key AS code, sum(k.value::float8)::float8 AS rows
      FROM serving_stats, jsonb_each(repairs) AS c, jsonb_each_text(c.value) AS k
      WHERE ${of} AND repairs IS NOT NULL
      GROUP BY 1, 2 ORDER BY 3 DESC, 1, 2 LIMIT 100`),
  ])
  return { ...totals!, cells: cells as unknown as OddRows['cells'] }
}

export interface PredictionFilter {
  endpointId: string
  limit: number
  /** Only rows older than this one. */
  before?: { receivedAt: Date; id: string }
}

/** Lists predictions, newest first, with their ground truth. */
export const listPredictions = (db: Handle, scope: ProjectScope, filter: PredictionFilter) =>
  db
    .select({ prediction: predictionLog, version: modelVersions.number, actual: feedback.actual })
    .from(predictionLog)
    .leftJoin(modelVersions, eq(modelVersions.id, predictionLog.versionId))
    .leftJoin(
      feedback,
      and(eq(feedback.endpointId, predictionLog.endpointId), eq(feedback.predictionId, predictionLog.id)),
    )
    .where(
      and(
        eq(predictionLog.projectId, scope.projectId),
        eq(predictionLog.endpointId, filter.endpointId),
        filter.before
          ? sql`(${predictionLog.receivedAt}, ${predictionLog.id}) < (${filter.before.receivedAt.toISOString()}::timestamptz, ${filter.before.id}::uuid)`
          : undefined,
      ),
    )
    .orderBy(desc(predictionLog.receivedAt), desc(predictionLog.id))
    .limit(filter.limit)

export interface KnownPrediction {
  id: string
  callerId: string | null
  eventTime: Date
}

/** Finds predictions by our ids. The ids contain the time, which limits the partitions that are read. */
export async function findPredictionsById(
  db: Handle,
  endpoint: { projectId: string; endpointId: string },
  ids: string[],
): Promise<KnownPrediction[]> {
  if (ids.length === 0) return []
  const madeAt = ids.map(id => Number.parseInt(id.slice(0, 8) + id.slice(9, 13), 16))
  const minute = 60_000
  return db
    .select({ id: predictionLog.id, callerId: predictionLog.callerId, eventTime: predictionLog.eventTime })
    .from(predictionLog)
    .where(
      and(
        eq(predictionLog.projectId, endpoint.projectId),
        eq(predictionLog.endpointId, endpoint.endpointId),
        inArray(predictionLog.id, ids),
        gte(predictionLog.receivedAt, new Date(Math.min(...madeAt) - minute)),
        lte(predictionLog.receivedAt, new Date(Math.max(...madeAt) + minute)),
      ),
    )
}

/** Finds predictions by the caller's own ids; the newest if an id was used twice. */
export async function findPredictionsByCaller(
  db: Handle,
  endpoint: { projectId: string; endpointId: string },
  callerIds: string[],
): Promise<KnownPrediction[]> {
  if (callerIds.length === 0) return []
  return db
    .selectDistinctOn([predictionLog.callerId], {
      id: predictionLog.id,
      callerId: predictionLog.callerId,
      eventTime: predictionLog.eventTime,
    })
    .from(predictionLog)
    .where(
      and(
        eq(predictionLog.projectId, endpoint.projectId),
        eq(predictionLog.endpointId, endpoint.endpointId),
        inArray(predictionLog.callerId, callerIds),
      ),
    )
    .orderBy(predictionLog.callerId, desc(predictionLog.receivedAt), desc(predictionLog.id))
}

/** Inserts feedback and returns the number of new rows. */
export async function insertFeedback(
  db: Handle,
  endpoint: { projectId: string; endpointId: string },
  rows: { prediction: KnownPrediction; actual: FeedbackRow['actual']; time: Date | null }[],
  receivedAt: Date,
): Promise<number> {
  if (rows.length === 0) return 0
  const inserted = await db
    .insert(feedback)
    .values(
      rows.map(r => ({
        projectId: endpoint.projectId,
        endpointId: endpoint.endpointId,
        key: r.prediction.id,
        predictionId: r.prediction.id,
        eventTime: r.prediction.eventTime,
        actual: r.actual,
        actualTime: r.time,
        receivedAt,
      })),
    )
    .onConflictDoNothing()
    .returning({ key: feedback.key })
  return inserted.length
}
