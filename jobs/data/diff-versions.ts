import { completeDiff, diffVersionsJob, failDiff, startDiff } from '#server/data/service.ts'
import { runTask } from '#server/platform/tasks/run-task.ts'
import { defineHandler } from '../handler.ts'
import { diffVersionsTask } from './tasks.ts'
import { withTemporaryFolder } from './with-temporary-folder.ts'

export const diffVersions = defineHandler({
  definition: diffVersionsJob,
  async run({ kernel, scope, payload, progress, line, finish, signal, child }) {
    const work = await startDiff(kernel, scope, payload.diffId)
    const result = await withTemporaryFolder(
      kernel,
      { what: 'The comparison of the versions', signal },
      (folder, stop) => runTask(diffVersionsTask, { work, folder }, { signal: stop, progress, line, memory: child }),
    )
    await finish(c => completeDiff(c, scope, payload.diffId, result))
  },
  settle: (tx, job, settlement) => failDiff(tx, job.projectId, job.subjectId, settlement.state, settlement.reason),
})
