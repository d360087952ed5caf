import { and, desc, eq, inArray, sql } from 'drizzle-orm'
import { z } from 'zod'
import type { Handle, Tx } from '#db/client.ts'
import { datasets, datasetVersions } from '#db/schema/data.ts'
import { datasetValidations, expectationSuites, validationOverrides } from '#db/schema/data-expectations.ts'
import { newId } from '#server/kernel/ids.ts'
import type { ProjectScope } from '#server/kernel/scope.ts'
import { inScope } from '#server/platform/in-scope.ts'
import { readRows } from '#server/platform/read-rows.ts'
import type { Expectation, ValidationBody, Verdict } from './contract.ts'

export type SuiteRow = Omit<typeof expectationSuites.$inferSelect, 'body'> & {
  body: { v: 1; expectations: Expectation[] }
}
export type ValidationRow = Omit<typeof datasetValidations.$inferSelect, 'body' | 'verdict'> & {
  body: ValidationBody | null
  verdict: Verdict | null
}
type OverrideRow = typeof validationOverrides.$inferSelect

export async function findSuite(db: Handle, scope: ProjectScope, datasetId: string): Promise<SuiteRow | undefined> {
  const [row] = await db
    .select()
    .from(expectationSuites)
    .where(and(eq(expectationSuites.projectId, scope.projectId), eq(expectationSuites.datasetId, datasetId)))
    .orderBy(desc(expectationSuites.number))
    .limit(1)
  return row as SuiteRow | undefined
}

export async function findSuiteById(db: Handle, scope: ProjectScope, id: string): Promise<SuiteRow | undefined> {
  const [row] = await db
    .select()
    .from(expectationSuites)
    .where(inScope(expectationSuites, scope, id))
  return row as SuiteRow | undefined
}

/** Locks and returns the newest suite; suites are numbered under the dataset's lock. */
export async function lockSuite(tx: Tx, scope: ProjectScope, datasetId: string): Promise<SuiteRow | undefined> {
  await tx
    .select({ id: datasets.id })
    .from(datasets)
    .where(inScope(datasets, scope, datasetId))
    .for('no key update')
  return findSuite(tx, scope, datasetId)
}

export async function insertSuite(
  tx: Tx,
  scope: ProjectScope,
  values: { datasetId: string; number: number; body: SuiteRow['body']; createdBy: string },
): Promise<SuiteRow> {
  const [row] = await tx
    .insert(expectationSuites)
    .values({ ...values, id: newId(), projectId: scope.projectId })
    .returning()
  return row as SuiteRow
}

export async function insertValidation(
  tx: Tx,
  scope: ProjectScope,
  values: { versionId: string; suiteId: string; createdBy: string },
): Promise<ValidationRow> {
  const [row] = await tx
    .insert(datasetValidations)
    .values({ ...values, id: newId(), projectId: scope.projectId, state: 'queued' })
    .returning()
  return row as ValidationRow
}

export async function updateValidation(
  tx: Handle,
  projectId: string,
  id: string,
  set: Partial<typeof datasetValidations.$inferInsert>,
): Promise<void> {
  await tx
    .update(datasetValidations)
    .set(set)
    .where(inScope(datasetValidations, { projectId }, id))
}

export async function findValidation(db: Handle, scope: ProjectScope, id: string): Promise<ValidationRow | undefined> {
  const [row] = await db
    .select()
    .from(datasetValidations)
    .where(inScope(datasetValidations, scope, id))
  return row as ValidationRow | undefined
}

/** Returns the newest validation of a version, of one suite or of any. */
export async function findNewestValidation(
  db: Handle,
  scope: ProjectScope,
  versionId: string,
  suiteId?: string,
): Promise<ValidationRow | undefined> {
  const [row] = await db
    .select()
    .from(datasetValidations)
    .where(
      and(
        eq(datasetValidations.projectId, scope.projectId),
        eq(datasetValidations.versionId, versionId),
        suiteId === undefined ? undefined : eq(datasetValidations.suiteId, suiteId),
      ),
    )
    .orderBy(desc(datasetValidations.createdAt), desc(datasetValidations.id))
    .limit(1)
  return row as ValidationRow | undefined
}

/** Lists the newest finished validation of each version of a dataset, newest version first. */
export async function listHistory(db: Handle, scope: ProjectScope, datasetId: string) {
  const newest = db
    .selectDistinctOn([datasetValidations.versionId], { id: datasetValidations.id })
    .from(datasetValidations)
    .where(and(eq(datasetValidations.projectId, scope.projectId), eq(datasetValidations.state, 'succeeded')))
    .orderBy(datasetValidations.versionId, desc(datasetValidations.createdAt), desc(datasetValidations.id))
  const rows = await db
    .select({
      version: datasetVersions.number,
      suite: expectationSuites.number,
      verdict: datasetValidations.verdict,
      at: datasetValidations.endedAt,
      failed: sql<number>`(SELECT count(*)::int FROM jsonb_array_elements(${datasetValidations.body} -> 'results') AS r WHERE NOT (r ->> 'passed')::boolean)`,
      checked: sql<number>`jsonb_array_length(${datasetValidations.body} -> 'results')`,
    })
    .from(datasetValidations)
    .innerJoin(
      datasetVersions,
      and(
        eq(datasetVersions.projectId, datasetValidations.projectId),
        eq(datasetVersions.id, datasetValidations.versionId),
      ),
    )
    .innerJoin(
      expectationSuites,
      and(
        eq(expectationSuites.projectId, datasetValidations.projectId),
        eq(expectationSuites.id, datasetValidations.suiteId),
      ),
    )
    .where(
      and(
        eq(datasetValidations.projectId, scope.projectId),
        eq(datasetVersions.datasetId, datasetId),
        inArray(datasetValidations.id, newest),
      ),
    )
    .orderBy(desc(datasetVersions.number))
    .limit(100)
  return rows as { version: number; suite: number; verdict: Verdict; at: Date; failed: number; checked: number }[]
}

export interface NewestCheck {
  datasetId: string
  /** Enabled expectations of the newest suite. */
  total: number
  /** State of the newest validation of the version against that suite; null: there is none. */
  state: string | null
  failing: number
  blocking: number
}

/** Returns the newest suite of each dataset with its newest validation of the given version, in one statement. */
export async function listNewestChecks(
  db: Handle,
  scope: ProjectScope,
  versions: readonly { id: string; datasetId: string }[],
): Promise<NewestCheck[]> {
  if (versions.length === 0) return []
  const wanted = JSON.stringify(versions.map(v => ({ id: v.id, dataset_id: v.datasetId })))
  const statement = sql`
    SELECT s.dataset_id, v.state,
      (SELECT count(*)::int FROM jsonb_array_elements(s.body -> 'expectations') e WHERE (e ->> 'enabled')::boolean) AS total,
      (SELECT count(*)::int FROM jsonb_array_elements(v.body -> 'results') r WHERE NOT (r ->> 'passed')::boolean) AS failing,
      (SELECT count(*)::int FROM jsonb_array_elements(v.body -> 'results') r
        WHERE NOT (r ->> 'passed')::boolean AND r ->> 'severity' = 'block') AS blocking
    FROM jsonb_to_recordset(${wanted}::jsonb) AS w(id uuid, dataset_id uuid)
    CROSS JOIN LATERAL (
      SELECT id, dataset_id, body FROM expectation_suites
      WHERE project_id = ${scope.projectId} AND dataset_id = w.dataset_id ORDER BY number DESC LIMIT 1
    ) s
    LEFT JOIN LATERAL (
      SELECT state, body FROM dataset_validations
      WHERE project_id = ${scope.projectId} AND version_id = w.id AND suite_id = s.id
      ORDER BY created_at DESC, id DESC LIMIT 1
    ) v ON true`
  const row = z.object({
    dataset_id: z.string(),
    state: z.string().nullable(),
    total: z.int(),
    failing: z.int(),
    blocking: z.int(),
  })
  return (await readRows(db, statement, row)).map(({ dataset_id, ...row }) => ({ datasetId: dataset_id, ...row }))
}

export async function insertOverride(
  tx: Tx,
  scope: ProjectScope,
  values: { validationId: string; versionId: string; expectations: string[]; reason: string; createdBy: string },
): Promise<OverrideRow> {
  const [row] = await tx
    .insert(validationOverrides)
    .values({ ...values, id: newId(), projectId: scope.projectId })
    .returning()
  return row!
}

export async function findOverride(
  db: Handle,
  scope: ProjectScope,
  versionId: string,
): Promise<OverrideRow | undefined> {
  const [row] = await db
    .select()
    .from(validationOverrides)
    .where(and(eq(validationOverrides.projectId, scope.projectId), eq(validationOverrides.versionId, versionId)))
    .orderBy(desc(validationOverrides.createdAt), desc(validationOverrides.id))
    .limit(1)
  return row
}
