import { rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { QUERY_LIMITS, SAVE_MILLISECONDS } from '#server/data/queries/contract.ts'
import {
  beginQuery,
  completeQuery,
  refuseQuery,
  requireRoom,
  runQueryJob,
  saveQueryResult,
  settleQuery,
} from '#server/data/service.ts'
import { runTask } from '#server/platform/tasks/run-task.ts'
import { defineHandler } from '../handler.ts'
import { runQueryTask } from './tasks.ts'

/** Resident memory in addition to that of DuckDB: the process and the rows of the result. */
const MEMORY_MB = QUERY_LIMITS.memoryMb * 2 + 512

export const runQuery = defineHandler({
  definition: runQueryJob,
  async run({ kernel, scope, payload, progress, line, finish, signal }) {
    const { query, version } = await beginQuery(kernel, scope, payload.queryId)
    const folder = await kernel.blobs.temporaryFolder()
    try {
      const saveTo = query.saveAs === null ? undefined : join(folder, 'answer.parquet')
      const made = await runTask(
        runQueryTask,
        {
          path: await kernel.blobs.pathOf(version.digest),
          folder,
          sql: query.sql,
          milliseconds: saveTo === undefined ? QUERY_LIMITS.milliseconds : SAVE_MILLISECONDS,
          saveTo,
        },
        { signal, progress, line, memoryMb: MEMORY_MB },
      )
      if (made.kind === 'fault') return await finish(c => refuseQuery(c, query, made.fault))
      if (made.kind === 'rows') return await finish(c => completeQuery(c, query, made))
      if (made.rows === 0)
        return await finish(c =>
          refuseQuery(c, query, {
            message: 'The answer has no rows, so no version was made of it.',
            hint: 'Run the query first and look at its rows.',
          }),
        )
      await requireRoom(kernel, scope, (await stat(saveTo!)).size)
      const blob = await kernel.blobs.putFile(saveTo!)
      await finish(c => saveQueryResult(c, scope, query, { ...made, blob }))
    } finally {
      await rm(folder, { recursive: true, force: true })
    }
  },
  settle: (tx, job, settlement) => settleQuery(tx, job.projectId, job.subjectId, settlement.state, settlement.reason),
})
