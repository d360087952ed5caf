import { rm } from 'node:fs/promises'
import { completeDiff, diffVersionsJob, failDiff, startDiff } from '#server/data/index.ts'
import { defineHandler } from '../handler.ts'
import { runTask } from './task.ts'
import { diffVersionsTask } from './tasks/diff-versions.ts'

export const diffVersions = defineHandler({
  definition: diffVersionsJob,
  async run({ kernel, scope, payload, progress, line, finish, signal, child }) {
    const work = await startDiff(kernel, scope, payload.diffId)
    // Matching the rows of large tables may need more than memory.
    const folder = await kernel.blobs.temporaryFolder()
    const options = { signal, progress, line, memory: child }
    const result = await runTask(diffVersionsTask, { work, folder }, options).finally(() =>
      rm(folder, { recursive: true, force: true }),
    )
    await finish(c => completeDiff(c, scope, payload.diffId, result))
  },
  settle: (tx, job, settlement) => failDiff(tx, job.projectId, job.subjectId, settlement.state, settlement.reason),
})
