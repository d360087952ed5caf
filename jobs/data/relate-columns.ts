import { rm } from 'node:fs/promises'
import { completeRelations, failRelations, relateColumnsJob, versionById } from '#server/data/index.ts'
import { defineHandler } from '../handler.ts'
import { runTask } from './task.ts'
import { relateColumnsTask } from './tasks/profile/relate-columns.ts'

export const relateColumns = defineHandler({
  definition: relateColumnsJob,
  async run({ kernel, scope, payload, progress, line, finish, signal }) {
    const version = await versionById(kernel, scope, payload.versionId)
    const path = await kernel.blobs.pathOf(version.digest)
    const folder = await kernel.blobs.temporaryFolder()
    const input = { path, rows: version.rows, schema: version.schema, limits: { temporaryFolder: folder, threads: 1 } }
    const relations = await runTask(relateColumnsTask, input, { signal, progress, line }).finally(() =>
      rm(folder, { recursive: true, force: true }),
    )
    await finish(c => completeRelations(c, scope, version.id, relations))
  },
  settle: (tx, job, settlement) => failRelations(tx, job.projectId, job.subjectId, settlement.state, settlement.reason),
})
