import { and, desc, eq, inArray } from 'drizzle-orm'
import type { Handle, Tx } from '#db/client.ts'
import { datasets, datasetVersions } from '#db/schema/data.ts'
import { dvcObjects, lfsObjects } from '#db/schema/data-objects.ts'
import { newId } from '#server/kernel/ids.ts'
import type { ProjectScope } from '#server/kernel/scope.ts'
import type { DvcName } from './rules/dvc-name.ts'

/** Names per statement. */
const AT_ONCE = 5000

export type LfsObjectRow = typeof lfsObjects.$inferSelect
export type DvcObjectRow = typeof dvcObjects.$inferSelect

/** Inserts an object; returns undefined if it exists. */
export async function insertLfsObject(
  tx: Tx,
  scope: ProjectScope,
  values: Omit<typeof lfsObjects.$inferInsert, 'id' | 'projectId'>,
): Promise<LfsObjectRow | undefined> {
  const [row] = await tx
    .insert(lfsObjects)
    .values({ ...values, id: newId(), projectId: scope.projectId })
    .onConflictDoNothing()
    .returning()
  return row
}

/** Returns which of the digests the project pushed by LFS, for any dataset, with their sizes. */
export async function findLfsObjects(
  db: Handle,
  scope: ProjectScope,
  digests: readonly string[],
): Promise<Map<string, { bytes: number; datasets: Set<string> }>> {
  const rows = await db
    .select({ digest: lfsObjects.digest, bytes: lfsObjects.bytes, dataset: lfsObjects.datasetName })
    .from(lfsObjects)
    .where(and(eq(lfsObjects.projectId, scope.projectId), inArray(lfsObjects.digest, [...digests])))
  const found = new Map<string, { bytes: number; datasets: Set<string> }>()
  for (const { digest, bytes, dataset } of rows) {
    const known = found.get(digest)
    if (known) known.datasets.add(dataset)
    else found.set(digest, { bytes, datasets: new Set([dataset]) })
  }
  return found
}

/** Lists the newest objects of a dataset, with the version made of each. */
export const listPushed = (db: Handle, scope: ProjectScope, datasetName: string) =>
  db
    .selectDistinctOn([lfsObjects.createdAt, lfsObjects.id], { object: lfsObjects, version: datasetVersions.number })
    .from(lfsObjects)
    .leftJoin(datasets, and(eq(datasets.projectId, lfsObjects.projectId), eq(datasets.name, lfsObjects.datasetName)))
    .leftJoin(
      datasetVersions,
      and(
        eq(datasetVersions.projectId, lfsObjects.projectId),
        eq(datasetVersions.datasetId, datasets.id),
        eq(datasetVersions.sourceDigest, lfsObjects.digest),
      ),
    )
    .where(and(eq(lfsObjects.projectId, scope.projectId), eq(lfsObjects.datasetName, datasetName)))
    .orderBy(desc(lfsObjects.createdAt), desc(lfsObjects.id), desc(datasetVersions.number))
    .limit(10)

/** Inserts an object; returns undefined if it exists. */
export async function insertDvcObject(
  tx: Tx,
  scope: ProjectScope,
  values: Omit<typeof dvcObjects.$inferInsert, 'id' | 'projectId'>,
): Promise<DvcObjectRow | undefined> {
  const [row] = await tx
    .insert(dvcObjects)
    .values({ ...values, id: newId(), projectId: scope.projectId })
    .onConflictDoNothing()
    .returning()
  return row
}

export async function findDvcObject(db: Handle, scope: ProjectScope, name: DvcName): Promise<DvcObjectRow | undefined> {
  const [row] = await db
    .select()
    .from(dvcObjects)
    .where(
      and(
        eq(dvcObjects.projectId, scope.projectId),
        eq(dvcObjects.layout, name.layout),
        eq(dvcObjects.md5, name.md5),
        eq(dvcObjects.directory, name.directory),
      ),
    )
  return row
}

/** Returns which files of a directory exist. */
export async function findDvcFiles(
  db: Handle,
  scope: ProjectScope,
  layout: DvcName['layout'],
  md5s: readonly string[],
): Promise<Set<string>> {
  const found = new Set<string>()
  for (let i = 0; i < md5s.length; i += AT_ONCE) {
    const rows = await db
      .select({ md5: dvcObjects.md5 })
      .from(dvcObjects)
      .where(
        and(
          eq(dvcObjects.projectId, scope.projectId),
          eq(dvcObjects.layout, layout),
          eq(dvcObjects.directory, false),
          inArray(dvcObjects.md5, md5s.slice(i, i + AT_ONCE)),
        ),
      )
    for (const { md5 } of rows) found.add(md5)
  }
  return found
}
