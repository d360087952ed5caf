import { completeProfile, failProfile, profileVersionJob, versionById } from '#server/data/service.ts'
import { runTask } from '#server/platform/tasks/run-task.ts'
import { defineHandler } from '../handler.ts'
import { profileVersionTask } from './tasks.ts'
import { withTemporaryFolder } from './with-temporary-folder.ts'

export const profileVersion = defineHandler({
  definition: profileVersionJob,
  async run({ kernel, scope, payload, progress, line, finish, signal }) {
    const version = await versionById(kernel, scope, payload.versionId)
    const { rows, schema } = version
    const path = await kernel.blobs.pathOf(version.digest)
    const profile = await withTemporaryFolder(kernel, { what: 'The profile', signal }, (temporaryFolder, stop) =>
      runTask(
        profileVersionTask,
        { path, rows, schema, limits: { temporaryFolder } },
        { signal: stop, progress, line },
      ),
    )
    await finish(c => completeProfile(c, scope, version, profile))
  },
  settle: (tx, job, settlement) => failProfile(tx, job.projectId, job.subjectId, settlement.state, settlement.reason),
})
