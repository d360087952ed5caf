import { rm } from 'node:fs/promises'
import { completeValidation, failValidation, startValidation, validateVersionJob } from '#server/data/index.ts'
import { defineHandler } from '../handler.ts'
import { runTask } from './task.ts'
import type { OtherFile } from './tasks/validate-result.ts'
import { validateVersionTask } from './tasks/validate-version.ts'

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
    const temporaryFolder = await kernel.blobs.temporaryFolder()
    const body = await runTask(
      validateVersionTask,
      {
        path: await kernel.blobs.pathOf(version.digest),
        rows: version.rows,
        addedAtMs: version.createdAt.getTime(),
        expectations: suite.body.expectations.filter(e => e.enabled),
        others: files,
        temporaryFolder,
      },
      { signal, progress, line, memoryMb: MEMORY_MB },
    ).finally(() => rm(temporaryFolder, { recursive: true, force: true }))
    for (const r of body.results) if (!r.passed) line(r.severity === 'block' ? 'error' : 'warn', r.sentence)
    await finish(c => completeValidation(c, scope, payload.validationId, version, body))
  },
  settle: (tx, job, settlement) =>
    failValidation(tx, job.projectId, job.subjectId, settlement.state, settlement.reason),
})
