import { rm } from 'node:fs/promises'
import { completeProfile, failProfile, profileVersionJob, versionById } from '#server/data/index.ts'
import { defineHandler } from '../handler.ts'
import { runTask } from './task.ts'
import { profileVersionTask } from './tasks/profile/profile-version.ts'

export const profileVersion = defineHandler({
  definition: profileVersionJob,
  async run({ kernel, scope, payload, progress, line, finish, signal }) {
    const version = await versionById(kernel, scope, payload.versionId)
    const path = await kernel.blobs.pathOf(version.digest)
    // Counting distinct values of a large table may need more than memory.
    const folder = await kernel.blobs.temporaryFolder()
    const input = { path, rows: version.rows, schema: version.schema, limits: { temporaryFolder: folder } }
    const profile = await runTask(profileVersionTask, input, { signal, progress, line }).finally(() =>
      rm(folder, { recursive: true, force: true }),
    )
    await finish(c => completeProfile(c, scope, version, profile))
  },
  settle: (tx, job, settlement) => failProfile(tx, job.projectId, job.subjectId, settlement.state, settlement.reason),
})
