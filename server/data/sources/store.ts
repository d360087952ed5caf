import { and, desc, eq, inArray } from 'drizzle-orm'
import type { Handle, Tx } from '#db/client.ts'
import { datasetVersions, ingestions } from '#db/schema/data.ts'
import { connections, sources } from '#db/schema/data-sources.ts'
import type { ProjectScope } from '#server/kernel/scope.ts'
import { inScope } from '#server/platform/in-scope.ts'
import type { Address, Reading, SourceKind } from './contract.ts'

export type ConnectionRow = Omit<typeof connections.$inferSelect, 'kind' | 'address'> & {
  kind: SourceKind
  address: Address
}
export type SourceRow = Omit<typeof sources.$inferSelect, 'kind' | 'address' | 'reading'> & {
  kind: SourceKind
  address: Address | null
  reading: Reading
}

export async function insertConnection(
  tx: Tx,
  scope: ProjectScope,
  values: Omit<typeof connections.$inferInsert, 'projectId'>,
): Promise<ConnectionRow> {
  const [row] = await tx
    .insert(connections)
    .values({ ...values, projectId: scope.projectId })
    .returning()
  return row as ConnectionRow
}

const inProject = (scope: { projectId: string }) => eq(connections.projectId, scope.projectId)

export async function findConnection(
  db: Handle,
  scope: ProjectScope,
  by: { name: string } | { id: string },
): Promise<ConnectionRow | undefined> {
  const [row] = await db
    .select()
    .from(connections)
    .where(and(inProject(scope), 'id' in by ? eq(connections.id, by.id) : eq(connections.name, by.name)))
  return row as ConnectionRow | undefined
}

export async function findConnections(db: Handle, scope: ProjectScope): Promise<ConnectionRow[]> {
  const rows = await db.select().from(connections).where(inProject(scope)).orderBy(connections.name).limit(500)
  return rows as ConnectionRow[]
}

export async function updateConnection(
  tx: Handle,
  projectId: string,
  id: string,
  set: Partial<typeof connections.$inferInsert>,
): Promise<void> {
  await tx
    .update(connections)
    .set(set)
    .where(and(inProject({ projectId }), eq(connections.id, id)))
}

export async function removeConnection(tx: Tx, scope: ProjectScope, id: string): Promise<void> {
  await tx.delete(connections).where(and(inProject(scope), eq(connections.id, id)))
}

/** Returns the names of the datasets that use each connection. */
export async function datasetsByConnection(db: Handle, scope: ProjectScope): Promise<Map<string, string[]>> {
  const rows = await db
    .select({ connectionId: sources.connectionId, dataset: sources.datasetName })
    .from(sources)
    .where(eq(sources.projectId, scope.projectId))
    .orderBy(sources.datasetName)
  const found = new Map<string, string[]>()
  for (const { connectionId, dataset } of rows)
    if (connectionId) found.set(connectionId, [...(found.get(connectionId) ?? []), dataset])
  return found
}

/** Returns the source of a dataset; in a transaction it is locked. */
export async function findSource(
  db: Handle,
  scope: ProjectScope,
  by: { dataset: string } | { id: string },
  lock = false,
): Promise<SourceRow | undefined> {
  const query = db
    .select()
    .from(sources)
    .where(
      and(
        eq(sources.projectId, scope.projectId),
        'id' in by ? eq(sources.id, by.id) : eq(sources.datasetName, by.dataset),
      ),
    )
  const [row] = lock ? await query.for('update') : await query
  return row as SourceRow | undefined
}

export async function insertSource(
  tx: Tx,
  scope: ProjectScope,
  values: Omit<typeof sources.$inferInsert, 'projectId'>,
): Promise<SourceRow> {
  const [row] = await tx
    .insert(sources)
    .values({ ...values, projectId: scope.projectId })
    .returning()
  return row as SourceRow
}

export async function updateSourceRow(
  tx: Handle,
  scope: ProjectScope,
  id: string,
  set: Partial<typeof sources.$inferInsert>,
): Promise<SourceRow> {
  const [row] = await tx
    .update(sources)
    .set(set)
    .where(inScope(sources, scope, id))
    .returning()
  return row as SourceRow
}

export async function removeSource(tx: Tx, scope: ProjectScope, id: string): Promise<void> {
  await tx.delete(sources).where(inScope(sources, scope, id))
}

/** Returns the newest refresh of a source, with the number of the version it created or found. */
export async function findLastIngestion(db: Handle, scope: ProjectScope, id: string) {
  const [row] = await db
    .select({ ingestion: ingestions, number: datasetVersions.number })
    .from(ingestions)
    .leftJoin(
      datasetVersions,
      and(eq(datasetVersions.projectId, ingestions.projectId), eq(datasetVersions.id, ingestions.versionId)),
    )
    .where(inScope(ingestions, scope, id))
  return row
}

/** Returns the read of this dataset that is in progress. */
export async function findMovingIngestion(db: Handle, scope: ProjectScope, dataset: string) {
  const [row] = await db
    .select()
    .from(ingestions)
    .where(
      and(
        eq(ingestions.projectId, scope.projectId),
        eq(ingestions.datasetName, dataset),
        inArray(ingestions.state, ['queued', 'running']),
      ),
    )
    .orderBy(desc(ingestions.createdAt))
    .limit(1)
  return row
}
