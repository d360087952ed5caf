import { and, asc, desc, eq, inArray, sql } from 'drizzle-orm'
import type { Handle, Tx } from '#db/client.ts'
import { experiments, metricSeries, runs } from '#db/schema/training.ts'
import { type ClassWarning, warnAboutClasses } from '#ml/index.ts'
import { newId } from '#server/kernel/ids.ts'
import type { ProjectScope } from '#server/kernel/scope.ts'
import { inScope } from '#server/platform/in-scope.ts'
import { type JobStatus, jobStatusById } from '#server/platform/read-jobs.ts'
import type { NamedSubject } from '#server/platform/subjects/contract.ts'
import type { Measured, RunState, ScoresRef } from './contract.ts'
import type { RunTiming } from './run-result.ts'

export type ExperimentRow = typeof experiments.$inferSelect
export type RunRow = typeof runs.$inferSelect

const inProject = (scope: ProjectScope) => eq(experiments.projectId, scope.projectId)

export async function findExperiment(
  db: Handle,
  scope: ProjectScope,
  by: { id: string } | { name: string } | { number: number },
): Promise<ExperimentRow | undefined> {
  const which =
    'id' in by
      ? eq(experiments.id, by.id)
      : 'name' in by
        ? eq(experiments.name, by.name)
        : eq(experiments.number, by.number)
  const [row] = await db
    .select()
    .from(experiments)
    .where(and(inProject(scope), which))
  return row
}

/** Lists experiments, newest first. */
export const listExperimentRows = (db: Handle, scope: ProjectScope, limit = 1000): Promise<ExperimentRow[]> =>
  db.select().from(experiments).where(inProject(scope)).orderBy(desc(experiments.number)).limit(limit)

type NewExperiment = Omit<typeof experiments.$inferInsert, 'id' | 'projectId' | 'number'>

/** Inserts an experiment; call `lockProject` first. Numbers start at 1; 0 is `Default`. */
export async function insertExperiment(
  tx: Tx,
  scope: ProjectScope,
  values: NewExperiment,
  number?: number,
): Promise<ExperimentRow> {
  const next = sql<number>`(SELECT coalesce(max(e.number), 0) + 1 FROM experiments e WHERE e.project_id = ${scope.projectId})`
  const [row] = await tx
    .insert(experiments)
    .values({ ...values, id: newId(), projectId: scope.projectId, number: number ?? next })
    .returning()
  return row!
}

type NewRun = Omit<typeof runs.$inferInsert, 'id' | 'projectId' | 'experimentId' | 'number'>

/** Inserts runs, numbered per experiment under its row lock; `name` gets the number. */
export async function insertRuns(
  tx: Tx,
  experiment: ExperimentRow,
  list: (Omit<NewRun, 'name'> & { name: (number: number) => string })[],
): Promise<RunRow[]> {
  const [locked] = await tx
    .update(experiments)
    .set({ latestRun: sql`${experiments.latestRun} + ${list.length}` })
    .where(eq(experiments.id, experiment.id))
    .returning({ latestRun: experiments.latestRun })
  const first = locked!.latestRun - list.length + 1
  const rows = await tx
    .insert(runs)
    .values(
      list.map((run, i) => ({
        ...run,
        name: run.name(first + i),
        id: newId(),
        projectId: experiment.projectId,
        experimentId: experiment.id,
        number: first + i,
      })),
    )
    .returning()
  return rows.sort((a, b) => a.number - b.number)
}

export async function updateRun(
  tx: Handle,
  projectId: string,
  id: string,
  set: Partial<typeof runs.$inferInsert>,
): Promise<RunRow | undefined> {
  const [row] = await tx
    .update(runs)
    .set(set)
    .where(inScope(runs, { projectId }, id))
    .returning()
  return row
}

export async function findRun(
  db: Handle,
  scope: ProjectScope,
  id: string,
): Promise<{ run: RunRow; experiment: ExperimentRow } | undefined> {
  const [row] = await db
    .select({ run: runs, experiment: experiments })
    .from(runs)
    .innerJoin(experiments, and(eq(experiments.projectId, runs.projectId), eq(experiments.id, runs.experimentId)))
    .where(inScope(runs, scope, id))
  return row
}

/** Columns for lists: without the large curves and environment. */
const LISTED = {
  id: runs.id,
  experimentId: runs.experimentId,
  number: runs.number,
  name: runs.name,
  trainer: runs.trainer,
  params: runs.params,
  seed: runs.seed,
  state: runs.state,
  reasonCode: runs.reasonCode,
  reason: runs.reason,
  modelDigest: runs.modelDigest,
  metrics: runs.metrics,
  createdAt: runs.createdAt,
  startedAt: runs.startedAt,
  endedAt: runs.endedAt,
  experiment: experiments.name,
  metric: experiments.metric,
  task: experiments.task,
  measured: sql<Measured | null>`${runs.result} -> 'intervals' -> ${experiments.metric}`,
  timing: sql<RunTiming | null>`${runs.result} -> 'timing'`,
  ignored: sql<string[] | null>`${runs.result} -> 'ignored'`,
  scores: sql<ScoresRef | null>`${runs.result} -> 'scores'`,
  confusion: sql<{ classes: string[]; counts: number[][] } | null>`${runs.result} -> 'curves' -> 'confusion'`,
  /** Of two classes the second is the positive one. */
  positive: sql<string | null>`CASE WHEN ${experiments.task} = 'binary' THEN ${runs.result} -> 'classes' ->> 1 END`,
  jobId: runs.jobId,
}

const listed = (db: Handle) =>
  db
    .select(LISTED)
    .from(runs)
    .innerJoin(experiments, and(eq(experiments.projectId, runs.projectId), eq(experiments.id, runs.experimentId)))

type ListedRow = Awaited<ReturnType<typeof listed>>[number]
export type ListedRun = Omit<ListedRow, 'jobId'> & { progress: JobStatus['progress'] }

/** Only runs that have not ended have a progress to show. */
async function withProgress(db: Handle, scope: ProjectScope, rows: readonly ListedRow[]): Promise<ListedRun[]> {
  const statuses = await jobStatusById(
    db,
    scope,
    rows.flatMap(row => (row.endedAt === null && row.jobId !== null ? [row.jobId] : [])),
  )
  return rows.map(({ jobId, ...row }) => ({ ...row, progress: statuses.get(jobId ?? '')?.progress ?? null }))
}

/** Lists runs, newest first. */
export const listRunsOf = async (
  db: Handle,
  scope: ProjectScope,
  experimentId: string,
  limit: number,
): Promise<ListedRun[]> =>
  withProgress(
    db,
    scope,
    await listed(db)
      .where(and(eq(runs.projectId, scope.projectId), eq(runs.experimentId, experimentId)))
      .orderBy(desc(runs.number))
      .limit(limit),
  )

export const listRunsById = async (db: Handle, scope: ProjectScope, ids: readonly string[]): Promise<ListedRun[]> =>
  withProgress(db, scope, await listed(db).where(inScope(runs, scope, ids)))

/** Returns the stored results by run; null: not finished. */
export async function listResults(
  db: Handle,
  scope: ProjectScope,
  ids: readonly string[],
): Promise<Map<string, unknown>> {
  const rows = await db
    .select({ id: runs.id, result: runs.result })
    .from(runs)
    .where(inScope(runs, scope, ids))
  return new Map(rows.map(row => [row.id, row.result]))
}

export type RecentRun = Pick<NamedRun, 'id' | 'number' | 'trainer' | 'state' | 'experiment'>

/** Lists the newest runs of the project by the ids, which sort by time. */
export const listRecentRuns = (db: Handle, scope: ProjectScope, limit: number): Promise<RecentRun[]> =>
  db
    .select({
      id: runs.id,
      number: runs.number,
      trainer: runs.trainer,
      state: runs.state,
      experiment: experiments.name,
    })
    .from(runs)
    .innerJoin(experiments, and(eq(experiments.projectId, runs.projectId), eq(experiments.id, runs.experimentId)))
    .where(inScope(runs, scope))
    .orderBy(desc(runs.id))
    .limit(limit)

export interface NamedRun {
  id: string
  number: number
  trainer: string
  state: string
  experiment: string
  experimentId: string
}

/** Returns labels for the lineage graph of the project's runs with these ids. */
export async function nameRuns(db: Handle, scope: ProjectScope, ids: readonly string[]): Promise<NamedRun[]> {
  if (ids.length === 0) return []
  return db
    .select({
      id: runs.id,
      number: runs.number,
      trainer: runs.trainer,
      state: runs.state,
      experiment: experiments.name,
      experimentId: experiments.id,
    })
    .from(runs)
    .innerJoin(experiments, and(eq(experiments.projectId, runs.projectId), eq(experiments.id, runs.experimentId)))
    .where(inScope(runs, scope, ids))
}

export const nameExperiments = (db: Handle, scope: ProjectScope, ids: readonly string[]): Promise<NamedSubject[]> =>
  db
    .select({ id: experiments.id, name: experiments.name, page: experiments.name })
    .from(experiments)
    .where(inScope(experiments, scope, ids))

export async function countRuns(
  db: Handle,
  scope: ProjectScope,
  experimentId?: string,
): Promise<{ experimentId: string; state: RunState; n: number }[]> {
  const rows = await db
    .select({ experimentId: runs.experimentId, state: runs.state, n: sql<number>`count(*)::int` })
    .from(runs)
    .where(and(eq(runs.projectId, scope.projectId), experimentId ? eq(runs.experimentId, experimentId) : undefined))
    .groupBy(runs.experimentId, runs.state)
  return rows as { experimentId: string; state: RunState; n: number }[]
}

export interface BestRun {
  experimentId: string
  id: string
  name: string
  trainer: string
  metric: string
  value: number
  measured: Measured | null
  scores: ScoresRef | null
  confusion: { classes: string[]; counts: number[][] } | null
}

/** Returns the best succeeded run of each experiment by its metric; `minimized` names the metrics for which lower is better. */
export async function findBestRuns(
  db: Handle,
  scope: ProjectScope,
  minimized: readonly string[],
  experimentIds?: readonly string[],
): Promise<BestRun[]> {
  if (experimentIds?.length === 0) return []
  const only = experimentIds ? sql`AND r.experiment_id IN ${experimentIds}` : sql``
  return (await db.execute(sql`
    WITH best AS (
      SELECT DISTINCT ON (r.experiment_id) r.experiment_id, r.id, r.name, r.trainer, e.metric, (r.metrics ->> e.metric)::float8 AS value
      FROM runs r JOIN experiments e ON e.project_id = r.project_id AND e.id = r.experiment_id
      WHERE r.project_id = ${scope.projectId} AND r.state = 'succeeded' AND jsonb_typeof(r.metrics -> e.metric) = 'number' ${only}
      ORDER BY r.experiment_id, (r.metrics ->> e.metric)::float8 * CASE WHEN e.metric IN ${minimized} THEN 1 ELSE -1 END, r.number)
    SELECT b.experiment_id AS "experimentId", b.id, b.name, b.trainer, b.metric, b.value, r.result -> 'intervals' -> b.metric AS measured,
      r.result -> 'scores' AS scores, r.result -> 'curves' -> 'confusion' AS confusion
    FROM best b JOIN runs r ON r.id = b.id`)) as unknown as BestRun[]
}

export interface ScoredRun {
  id: string
  measured: Measured | null
  /** Stored predictions of the validation rows; null: none. */
  scores: ScoresRef | null
}

/** Lists the succeeded runs of an experiment with a value of its metric, best first. */
export async function listScored(
  db: Handle,
  scope: ProjectScope,
  experimentId: string,
  minimized: boolean,
): Promise<ScoredRun[]> {
  const value = sql`(${runs.metrics} ->> ${experiments.metric})::float8`
  return db
    .select({ id: runs.id, measured: LISTED.measured, scores: LISTED.scores })
    .from(runs)
    .innerJoin(experiments, and(eq(experiments.projectId, runs.projectId), eq(experiments.id, runs.experimentId)))
    .where(
      and(
        eq(runs.projectId, scope.projectId),
        eq(runs.experimentId, experimentId),
        eq(runs.state, 'succeeded'),
        sql`jsonb_typeof(${runs.metrics} -> ${experiments.metric}) = 'number'`,
      ),
    )
    .orderBy(minimized ? asc(value) : desc(value), asc(runs.number))
}

export const listSeries = (db: Handle, scope: ProjectScope, runIds: readonly string[], key?: string) =>
  db
    .select({ id: metricSeries.id, runId: metricSeries.runId, key: metricSeries.key, count: metricSeries.count })
    .from(metricSeries)
    .where(
      and(
        eq(metricSeries.projectId, scope.projectId),
        inArray(metricSeries.runId, [...runIds]),
        key === undefined ? undefined : eq(metricSeries.key, key),
      ),
    )
    .orderBy(asc(metricSeries.key))

export interface RunOrigin {
  datasetVersionId: string | null
  scores: ScoresRef | null
}

/** Returns what a run was trained on, and its stored predictions. */
export async function findOrigin(db: Handle, scope: ProjectScope, runId: string): Promise<RunOrigin | undefined> {
  const [row] = await db
    .select({ datasetVersionId: experiments.datasetVersionId, scores: LISTED.scores })
    .from(runs)
    .innerJoin(experiments, and(eq(experiments.projectId, runs.projectId), eq(experiments.id, runs.experimentId)))
    .where(inScope(runs, scope, runId))
  return row
}

/** Returns a run of the project in any state; the registry checks it. */
export const findRunById = (db: Handle, scope: ProjectScope, runId: string) =>
  db.query.runs.findFirst({
    columns: { id: true, name: true, number: true, trainer: true, state: true, modelDigest: true, metrics: true },
    where: (run, { and: both, eq: is }) => both(is(run.projectId, scope.projectId), is(run.id, runId)),
  })

/** Returns the validation metrics of runs, and the metric of their experiment. */
export async function listMeasured(
  db: Handle,
  scope: ProjectScope,
  runIds: readonly string[],
): Promise<Map<string, { metric: string | null; intervals: Record<string, Measured>; classWarnings: ClassWarning[] }>> {
  if (runIds.length === 0) return new Map()
  const rows = await db
    .select({
      id: runs.id,
      metric: experiments.metric,
      intervals: sql<Record<string, Measured> | null>`${runs.result} -> 'intervals'`,
      confusion: LISTED.confusion,
    })
    .from(runs)
    .innerJoin(experiments, and(eq(experiments.projectId, runs.projectId), eq(experiments.id, runs.experimentId)))
    .where(inScope(runs, scope, runIds))
  return new Map(
    rows.map(({ id, metric, intervals, confusion }) => [
      id,
      { metric, intervals: intervals ?? {}, classWarnings: confusion ? warnAboutClasses(confusion) : [] },
    ]),
  )
}
