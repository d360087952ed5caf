import { completeLeaks, failLeaks, findLeaksJob, startLeaks } from '#server/data/service.ts'
import { runTask } from '#server/platform/tasks/run-task.ts'
import { defineHandler } from '../handler.ts'
import { findLeaksTask } from './tasks.ts'
import { withTemporaryFolder } from './with-temporary-folder.ts'

export const findLeaks = defineHandler({
  definition: findLeaksJob,
  async run({ kernel, scope, job, payload, progress, line, finish, signal, child }) {
    const { versionId, scan } = await startLeaks(kernel, scope, payload.leaksId, job.id)
    const found = await withTemporaryFolder(kernel, { what: 'The check for leaks', signal }, (folder, stop) =>
      runTask(findLeaksTask, { scan, folder }, { signal: stop, progress, line, memory: child }),
    )
    await finish(c => completeLeaks(c, scope, payload.leaksId, job.id, versionId, found))
  },
  settle: (tx, job, settlement) =>
    failLeaks(tx, job.projectId, job.subjectId, job.id, settlement.state, settlement.reason),
})
