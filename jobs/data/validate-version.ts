import { completeValidation, failValidation, startValidation, validateVersionJob } from '#server/data/service.ts'
import { runTask } from '#server/platform/tasks/run-task.ts'
import type { OtherFile } from '#tables/expectations/check-input.ts'
import { defineHandler } from '../handler.ts'
import { validateVersionTask } from './tasks.ts'
import { withTemporaryFolder } from './with-temporary-folder.ts'

const MEMORY_MB = 2048

export const validateVersion = defineHandler({
  definition: validateVersionJob,
  async run({ kernel, scope, payload, progress, line, finish, signal }) {
    const { version, suite, others } = await startValidation(kernel, scope, payload.validationId)
    const files: Record<string, OtherFile> = {}
    for (const [expectation, other] of others)
      files[expectation.id] =
        typeof other === 'string'
          ? { problem: other }
          : { path: await kernel.blobs.pathOf(other.digest), label: `${other.datasetName} v${other.number}` }
    const path = await kernel.blobs.pathOf(version.digest)
    const body = await withTemporaryFolder(
      kernel,
      { what: 'The check of the expectations', signal },
      (temporaryFolder, stop) =>
        runTask(
          validateVersionTask,
          {
            path,
            rows: version.rows,
            addedAtMs: version.createdAt.getTime(),
            expectations: suite.body.expectations.filter(e => e.enabled),
            others: files,
            temporaryFolder,
          },
          { signal: stop, progress, line, memoryMb: MEMORY_MB },
        ),
    )
    for (const r of body.results) if (!r.passed) line(r.severity === 'block' ? 'error' : 'warn', r.sentence)
    await finish(c => completeValidation(c, scope, payload.validationId, version, body))
  },
  settle: (tx, job, settlement) =>
    failValidation(tx, job.projectId, job.subjectId, settlement.state, settlement.reason),
})
