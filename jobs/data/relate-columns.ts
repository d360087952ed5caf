import { completeRelations, failRelations, relateColumnsJob, versionById } from '#server/data/service.ts'
import { runTask } from '#server/platform/tasks/run-task.ts'
import { defineHandler } from '../handler.ts'
import { relateColumnsTask } from './tasks.ts'
import { withTemporaryFolder } from './with-temporary-folder.ts'

export const relateColumns = defineHandler({
  definition: relateColumnsJob,
  async run({ kernel, scope, payload, progress, line, finish, signal }) {
    const version = await versionById(kernel, scope, payload.versionId)
    const { rows, schema } = version
    const path = await kernel.blobs.pathOf(version.digest)
    const relations = await withTemporaryFolder(
      kernel,
      { what: 'The measurement of correlations', signal },
      (temporaryFolder, stop) => {
        const limits = { temporaryFolder, threads: 1 }
        return runTask(relateColumnsTask, { path, rows, schema, limits }, { signal: stop, progress, line })
      },
    )
    await finish(c => completeRelations(c, scope, version.id, relations))
  },
  settle: (tx, job, settlement) => failRelations(tx, job.projectId, job.subjectId, settlement.state, settlement.reason),
})
