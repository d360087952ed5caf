import { completeRelations, failRelations, relateColumnsJob, versionById } from '#server/data/index.ts'
import { defineHandler } from '../handler.ts'
import { runTask, withTemporaryFolder } from './task.ts'

export const relateColumns = defineHandler({
  definition: relateColumnsJob,
  async run({ kernel, scope, payload, progress, line, finish, signal }) {
    const version = await versionById(kernel, scope, payload.versionId)
    const { rows, schema } = version
    const path = await kernel.blobs.pathOf(version.digest)
    const relations = await withTemporaryFolder(kernel, temporaryFolder => {
      const limits = { temporaryFolder, threads: 1 }
      return runTask('relate-columns', { path, rows, schema, limits }, { signal, progress, line })
    })
    await finish(c => completeRelations(c, scope, version.id, relations))
  },
  settle: (tx, job, settlement) => failRelations(tx, job.projectId, job.subjectId, settlement.state, settlement.reason),
})
