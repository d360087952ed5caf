import { and, desc, eq, inArray, sql } from 'drizzle-orm'
import type { Handle, Tx } from '#db/client.ts'
import { evaluations } from '#db/schema/evaluation.ts'
import type { Direction } from '#ml/index.ts'
import { newId } from '#server/kernel/ids.ts'
import type { ProjectScope } from '#server/kernel/scope.ts'
import { inScope } from '#server/platform/in-scope.ts'
import { jobStatusById } from '#server/platform/read-jobs.ts'
import type { NamedSubject } from '#server/platform/subjects/contract.ts'
import type { Measured, ScoresRef } from '#server/training/contract.ts'
import type { EvaluationSummary } from './contract.ts'

/** Known at the start: the names at that time and the run's own measurements. */
export interface Subject {
  v: 1
  runName: string
  experiment: string
  dataset: string
  version: number
  target: string
  task: 'regression' | 'binary' | 'multiclass'
  metric: string
  direction: Direction
  seenInTraining: boolean
  validationIntervals: Record<string, Measured>
  validationRows: number | null
}

/** What the task measured. */
export interface MeasuredOutcome {
  intervals: Record<string, Measured>
  curves: Record<string, unknown>
  rows: number
  rowsWithoutTarget: number
  rowsUnknownClass: number
  /** Measured rows that the model was trained on, or that equal one of those; null: not known. */
  rowsSeen: number | null
  /** The metrics on the other rows, where there are some of both. */
  unseen?: { rows: number; intervals: Record<string, Measured> }
}

/** Known at the end. Absent fields: evaluated before they were kept. */
export interface Outcome extends MeasuredOutcome {
  /** The file of predictions by row. */
  scores: ScoresRef
}

export type EvaluationRow = Omit<typeof evaluations.$inferSelect, 'result'> & { result: Subject & Partial<Outcome> }
export interface Listed {
  evaluation: EvaluationRow
  state: EvaluationSummary['state']
  progress: { done: number; note?: string } | null
}

/** Results without the large curves. */
const slim = sql`${evaluations.result} - 'curves'`

export async function listEvaluationRows(
  db: Handle,
  scope: ProjectScope,
  filter: { id?: string; limit: number },
): Promise<Listed[]> {
  // One snapshot: an evaluation that ends between two statements would be succeeded and without a result.
  return db.transaction(tx => readListed(tx, scope, filter), {
    isolationLevel: 'repeatable read',
    accessMode: 'read only',
  })
}

async function readListed(db: Tx, scope: ProjectScope, filter: { id?: string; limit: number }): Promise<Listed[]> {
  const rows = await db
    .select({
      evaluation: evaluations,
      result: filter.id ? sql`${evaluations.result}` : slim,
    })
    .from(evaluations)
    .where(and(eq(evaluations.projectId, scope.projectId), filter.id ? eq(evaluations.id, filter.id) : undefined))
    .orderBy(desc(evaluations.createdAt), desc(evaluations.id))
    .limit(filter.limit)
  // The job decides whether an evaluation waits or runs; its end is written into the row itself.
  const waiting = rows.flatMap(({ evaluation: e }) => (e.state === 'queued' && e.jobId !== null ? [e.jobId] : []))
  const jobs = await jobStatusById(db, scope, waiting)
  return rows.map(({ evaluation, result }) => {
    const job = jobs.get(evaluation.jobId ?? '')
    return {
      evaluation: { ...evaluation, result } as EvaluationRow,
      state: (job?.state ?? evaluation.state) as Listed['state'],
      progress: job?.progress ?? null,
    }
  })
}

export async function findEvaluation(db: Handle, scope: ProjectScope, id: string): Promise<EvaluationRow | undefined> {
  const [row] = await db
    .select()
    .from(evaluations)
    .where(inScope(evaluations, scope, id))
  return row as EvaluationRow | undefined
}

/** Names evaluations by the run and the dataset version, as both were called at the start. */
export async function nameEvaluations(
  db: Handle,
  scope: ProjectScope,
  ids: readonly string[],
): Promise<NamedSubject[]> {
  const rows = await db
    .select({ id: evaluations.id, result: sql<Subject>`${evaluations.result} - 'curves'` })
    .from(evaluations)
    .where(inScope(evaluations, scope, ids))
  return rows.map(({ id, result: { runName, dataset, version } }) => ({
    id,
    name: `${runName} on ${dataset} v${version}`,
  }))
}

/** Finds an evaluation of the same model on the same rows that has succeeded or is in progress. Waits for one that is being inserted. */
export async function findSame(
  tx: Tx,
  scope: ProjectScope,
  runId: string,
  modelDigest: string,
  datasetVersionId: string,
): Promise<EvaluationRow | undefined> {
  await tx.execute(
    sql`SELECT pg_advisory_xact_lock(hashtextextended(${`evaluation ${modelDigest} ${datasetVersionId}`}, 0))`,
  )
  const [row] = await tx
    .select()
    .from(evaluations)
    .where(
      and(
        eq(evaluations.projectId, scope.projectId),
        eq(evaluations.runId, runId),
        eq(evaluations.modelDigest, modelDigest),
        eq(evaluations.datasetVersionId, datasetVersionId),
        inArray(evaluations.state, ['queued', 'succeeded']),
        // One without stored predictions is measured again, once.
        sql`(${evaluations.state} = 'queued' OR ${evaluations.result} ? 'scores')`,
      ),
    )
    .limit(1)
  return row as EvaluationRow | undefined
}

/** Returns the newest evaluation of a run on a version that has not failed, with the state of its job. */
export async function findNewestOf(
  db: Handle,
  scope: ProjectScope,
  runId: string,
  datasetVersionId: string,
): Promise<(Pick<EvaluationRow, 'id' | 'result'> & { state: Listed['state'] }) | undefined> {
  return db.transaction(
    async tx => {
      const [row] = await tx
        .select({ id: evaluations.id, state: evaluations.state, jobId: evaluations.jobId, result: slim })
        .from(evaluations)
        .where(
          and(
            eq(evaluations.projectId, scope.projectId),
            eq(evaluations.runId, runId),
            eq(evaluations.datasetVersionId, datasetVersionId),
            inArray(evaluations.state, ['queued', 'succeeded']),
          ),
        )
        .orderBy(desc(evaluations.createdAt), desc(evaluations.id))
        .limit(1)
      if (!row) return undefined
      const jobs = await jobStatusById(tx, scope, row.state === 'queued' && row.jobId ? [row.jobId] : [])
      const state = (jobs.get(row.jobId ?? '')?.state ?? row.state) as Listed['state']
      return { id: row.id, state, result: row.result as EvaluationRow['result'] }
    },
    { isolationLevel: 'repeatable read', accessMode: 'read only' },
  )
}

export async function insertEvaluation(
  tx: Tx,
  scope: ProjectScope,
  values: { runId: string; modelDigest: string; datasetVersionId: string; subject: Subject; createdBy: string },
): Promise<string> {
  const id = newId()
  const { subject, ...rest } = values
  await tx
    .insert(evaluations)
    .values({ ...rest, id, projectId: scope.projectId, state: 'queued', result: { ...subject } })
  return id
}

export async function updateEvaluation(
  tx: Handle,
  projectId: string,
  id: string,
  set: Partial<typeof evaluations.$inferInsert>,
): Promise<void> {
  const ended = set.state !== undefined && set.state !== 'queued'
  await tx
    .update(evaluations)
    .set({ ...set, ...(ended ? { endedAt: sql`now()` } : {}) })
    .where(inScope(evaluations, { projectId }, id))
}
