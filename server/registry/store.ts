import { and, desc, eq, sql } from 'drizzle-orm'
import type { Handle, Tx } from '#db/client.ts'
import { modelAliases, models, modelVersions } from '#db/schema/registry.ts'
import { newId } from '#server/kernel/ids.ts'
import type { ProjectScope } from '#server/kernel/scope.ts'
import { inScope } from '#server/platform/in-scope.ts'
import type { NamedSubject } from '#server/platform/subjects/contract.ts'
import type { Signature } from './contract.ts'

export type ModelRow = typeof models.$inferSelect
export type VersionRow = Omit<typeof modelVersions.$inferSelect, 'signature'> & { signature: Signature | null }

const asVersion = (row: typeof modelVersions.$inferSelect) => row as VersionRow

export async function findModel(db: Handle, scope: ProjectScope, name: string): Promise<ModelRow | undefined> {
  const [row] = await db
    .select()
    .from(models)
    .where(and(eq(models.projectId, scope.projectId), eq(models.name, name)))
  return row
}

/** Locks the model of this name, creating it if needed: version numbers are assigned under this lock. */
export async function lockModel(tx: Tx, scope: ProjectScope, name: string, createdBy: string): Promise<ModelRow> {
  await tx.insert(models).values({ id: newId(), projectId: scope.projectId, name, createdBy }).onConflictDoNothing()
  const [row] = await tx
    .select()
    .from(models)
    .where(and(eq(models.projectId, scope.projectId), eq(models.name, name)))
    .for('no key update')
  return row!
}

export async function insertVersion(
  tx: Tx,
  model: ModelRow,
  values: Omit<typeof modelVersions.$inferInsert, 'id' | 'projectId' | 'modelId' | 'number'>,
): Promise<VersionRow> {
  const number = model.latestVersion + 1
  await tx.update(models).set({ latestVersion: number }).where(eq(models.id, model.id))
  const [row] = await tx
    .insert(modelVersions)
    .values({ ...values, id: newId(), projectId: model.projectId, modelId: model.id, number })
    .returning()
  return asVersion(row!)
}

export async function findVersionOfRun(
  db: Handle,
  scope: ProjectScope,
  modelId: string,
  runId: string,
): Promise<VersionRow | undefined> {
  const [row] = await db
    .select()
    .from(modelVersions)
    .where(
      and(
        eq(modelVersions.projectId, scope.projectId),
        eq(modelVersions.modelId, modelId),
        eq(modelVersions.runId, runId),
      ),
    )
    .orderBy(modelVersions.number)
    .limit(1)
  return row && asVersion(row)
}

export async function findVersion(
  db: Handle,
  scope: ProjectScope,
  modelId: string,
  number: number,
): Promise<VersionRow | undefined> {
  const [row] = await db
    .select()
    .from(modelVersions)
    .where(
      and(
        eq(modelVersions.projectId, scope.projectId),
        eq(modelVersions.modelId, modelId),
        eq(modelVersions.number, number),
      ),
    )
  return row && asVersion(row)
}

export async function findVersionById(
  db: Handle,
  scope: ProjectScope,
  id: string,
): Promise<{ model: ModelRow; version: VersionRow } | undefined> {
  const [row] = await db
    .select({ model: models, version: modelVersions })
    .from(modelVersions)
    .innerJoin(models, and(eq(models.projectId, modelVersions.projectId), eq(models.id, modelVersions.modelId)))
    .where(inScope(modelVersions, scope, id))
  return row && { model: row.model, version: asVersion(row.version) }
}

export interface NamedModelVersion {
  id: string
  model: string
  version: number
  aliases: string[]
}

export const nameModels = (db: Handle, scope: ProjectScope, ids: readonly string[]): Promise<NamedSubject[]> =>
  db
    .select({ id: models.id, name: models.name, page: models.name })
    .from(models)
    .where(inScope(models, scope, ids))

/** Returns labels for the lineage graph of the project's model versions with these ids. */
export async function nameModelVersions(
  db: Handle,
  scope: ProjectScope,
  ids: readonly string[],
): Promise<NamedModelVersion[]> {
  if (ids.length === 0) return []
  return db
    .select({
      id: modelVersions.id,
      model: models.name,
      version: modelVersions.number,
      aliases: sql<
        string[]
      >`coalesce(array_agg(${modelAliases.alias}) FILTER (WHERE ${modelAliases.alias} IS NOT NULL), '{}')`,
    })
    .from(modelVersions)
    .innerJoin(models, and(eq(models.projectId, modelVersions.projectId), eq(models.id, modelVersions.modelId)))
    .leftJoin(
      modelAliases,
      and(eq(modelAliases.projectId, modelVersions.projectId), eq(modelAliases.versionId, modelVersions.id)),
    )
    .where(inScope(modelVersions, scope, ids))
    .groupBy(modelVersions.id, models.name)
}

/** Lists versions, newest first. */
export async function listVersions(db: Handle, scope: ProjectScope, modelId: string): Promise<VersionRow[]> {
  const rows = await db
    .select()
    .from(modelVersions)
    .where(and(eq(modelVersions.projectId, scope.projectId), eq(modelVersions.modelId, modelId)))
    .orderBy(desc(modelVersions.number))
    .limit(500)
  return rows.map(asVersion)
}

export const listAliases = (db: Handle, scope: ProjectScope, modelId?: string) =>
  db
    .select({
      modelId: modelAliases.modelId,
      alias: modelAliases.alias,
      versionId: modelAliases.versionId,
      number: modelVersions.number,
    })
    .from(modelAliases)
    .innerJoin(
      modelVersions,
      and(eq(modelVersions.projectId, modelAliases.projectId), eq(modelVersions.id, modelAliases.versionId)),
    )
    .where(
      and(
        eq(modelAliases.projectId, scope.projectId),
        modelId === undefined ? undefined : eq(modelAliases.modelId, modelId),
      ),
    )

/** Lists every model with its newest version. */
export async function listNewest(db: Handle, scope: ProjectScope): Promise<{ model: ModelRow; version: VersionRow }[]> {
  const rows = await db
    .select({ model: models, version: modelVersions })
    .from(models)
    .innerJoin(
      modelVersions,
      and(
        eq(modelVersions.projectId, models.projectId),
        eq(modelVersions.modelId, models.id),
        eq(modelVersions.number, models.latestVersion),
      ),
    )
    .where(eq(models.projectId, scope.projectId))
    .orderBy(desc(modelVersions.createdAt))
    .limit(1000)
  return rows.map(r => ({ model: r.model, version: asVersion(r.version) }))
}

export async function upsertAlias(
  tx: Tx,
  scope: ProjectScope,
  values: { modelId: string; alias: string; versionId: string; updatedBy: string },
): Promise<void> {
  await tx
    .insert(modelAliases)
    .values({ ...values, projectId: scope.projectId })
    .onConflictDoUpdate({
      target: [modelAliases.projectId, modelAliases.modelId, modelAliases.alias],
      set: { versionId: values.versionId, updatedBy: values.updatedBy, updatedAt: sql`now()` },
    })
}

export async function updateDescription(
  tx: Tx,
  scope: ProjectScope,
  name: string,
  description: string,
): Promise<ModelRow | undefined> {
  const [row] = await tx
    .update(models)
    .set({ description })
    .where(and(eq(models.projectId, scope.projectId), eq(models.name, name)))
    .returning()
  return row
}
