import { rm } from 'node:fs/promises'
import { completeLeaks, failLeaks, findLeaksJob, startLeaks } from '#server/data/index.ts'
import { defineHandler } from '../handler.ts'
import { runTask } from './task.ts'
import { findLeaksTask } from './tasks/find-leaks.ts'

export const findLeaks = defineHandler({
  definition: findLeaksJob,
  async run({ kernel, scope, job, payload, progress, line, finish, signal, child }) {
    const { versionId, scan } = await startLeaks(kernel, scope, payload.leaksId, job.id)
    // Looking for equal rows of a large table may need more than memory.
    const folder = await kernel.blobs.temporaryFolder()
    const findings = await runTask(findLeaksTask, { scan, folder }, { signal, progress, line, memory: child }).finally(
      () => rm(folder, { recursive: true, force: true }),
    )
    await finish(c => completeLeaks(c, scope, payload.leaksId, job.id, versionId, findings))
  },
  settle: (tx, job, settlement) =>
    failLeaks(tx, job.projectId, job.subjectId, job.id, settlement.state, settlement.reason),
})
