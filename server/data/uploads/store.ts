import { and, asc, eq, lt } from 'drizzle-orm'
import type { Handle } from '#db/client.ts'
import { uploadChunks, uploads } from '#db/schema/data-uploads.ts'
import { newId } from '#server/kernel/ids.ts'
import type { ProjectScope } from '#server/kernel/scope.ts'
import { inScope } from '#server/platform/in-scope.ts'

export type UploadRow = typeof uploads.$inferSelect
export interface ChunkRow {
  number: number
  digest: string
  bytes: number
}

const mine = (scope: ProjectScope, id: string) => inScope(uploads, scope, id)
const chunksOf = (scope: ProjectScope, id: string) =>
  and(eq(uploadChunks.projectId, scope.projectId), eq(uploadChunks.uploadId, id))

export async function insertUpload(
  db: Handle,
  scope: ProjectScope,
  values: { fileName: string; bytes: number; chunkBytes: number; createdBy: string; touchedAt: Date },
): Promise<UploadRow> {
  const [row] = await db
    .insert(uploads)
    .values({ ...values, id: newId(), projectId: scope.projectId })
    .returning()
  return row!
}

export async function findUpload(db: Handle, scope: ProjectScope, id: string): Promise<UploadRow | undefined> {
  const [row] = await db.select().from(uploads).where(mine(scope, id))
  return row
}

export const updateUpload = (db: Handle, scope: ProjectScope, id: string, set: { digest?: string; touchedAt?: Date }) =>
  db.update(uploads).set(set).where(mine(scope, id))

export async function deleteUpload(db: Handle, scope: ProjectScope, id: string): Promise<void> {
  await db.delete(uploads).where(mine(scope, id))
}

export async function saveChunk(db: Handle, scope: ProjectScope, uploadId: string, chunk: ChunkRow): Promise<void> {
  await db
    .insert(uploadChunks)
    .values({ ...chunk, uploadId, projectId: scope.projectId })
    .onConflictDoUpdate({
      target: [uploadChunks.projectId, uploadChunks.uploadId, uploadChunks.number],
      set: { digest: chunk.digest, bytes: chunk.bytes },
    })
}

export const listChunks = (db: Handle, scope: ProjectScope, uploadId: string): Promise<ChunkRow[]> =>
  db
    .select({ number: uploadChunks.number, digest: uploadChunks.digest, bytes: uploadChunks.bytes })
    .from(uploadChunks)
    .where(chunksOf(scope, uploadId))
    .orderBy(asc(uploadChunks.number))

export async function forgetChunk(db: Handle, scope: ProjectScope, uploadId: string, number: number): Promise<void> {
  await db.delete(uploadChunks).where(and(chunksOf(scope, uploadId), eq(uploadChunks.number, number)))
}

export async function forgetChunks(db: Handle, scope: ProjectScope, uploadId: string): Promise<void> {
  await db.delete(uploadChunks).where(chunksOf(scope, uploadId))
}

export const restingUploads = (db: Handle, scope: ProjectScope, before: Date): Promise<UploadRow[]> =>
  db
    .select()
    .from(uploads)
    .where(and(eq(uploads.projectId, scope.projectId), lt(uploads.touchedAt, before)))
    .limit(1000)
