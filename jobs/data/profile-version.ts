import { completeProfile, failProfile, profileVersionJob, versionById } from '#server/data/index.ts'
import { defineHandler } from '../handler.ts'
import { runTask, withTemporaryFolder } from './task.ts'

export const profileVersion = defineHandler({
  definition: profileVersionJob,
  async run({ kernel, scope, payload, progress, line, finish, signal }) {
    const version = await versionById(kernel, scope, payload.versionId)
    const { rows, schema } = version
    const path = await kernel.blobs.pathOf(version.digest)
    const profile = await withTemporaryFolder(kernel, temporaryFolder =>
      runTask('profile-version', { path, rows, schema, limits: { temporaryFolder } }, { signal, progress, line }),
    )
    await finish(c => completeProfile(c, scope, version, profile))
  },
  settle: (tx, job, settlement) => failProfile(tx, job.projectId, job.subjectId, settlement.state, settlement.reason),
})
