import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { completePreview, failPreview, previewSourceJob, startPreview } from '#server/data/service.ts'
import { runTask } from '#server/platform/tasks/run-task.ts'
import { defineHandler } from '../handler.ts'
import { previewTask } from './tasks.ts'
import { withTimeLimit } from './with-time-limit.ts'

/** Bytes of the preview; the whole file is read when it is added. */
const LOOKED_AT = 20_000
/** A person waits: what takes longer is added without a preview. */
const PREVIEW_MINUTES = 1
const PREVIEW_HINT = 'Add the file without a preview, or upload a part of it.'
const DUCKDB_MB = 384

/** Previews an upload: first rows with inferred types, roles, reasons and warnings. Registers nothing. */
export const previewSource = defineHandler({
  definition: previewSourceJob,
  async run({ kernel, scope, payload, progress, line, finish, signal, child }) {
    const { preview, decisions, earlier } = await startPreview(
      kernel,
      scope,
      payload.previewId,
      payload.dataset,
      payload.columns,
    )
    const folder = await kernel.blobs.temporaryFolder()
    try {
      const limit = { what: `The preview of ${preview.fileName}`, minutes: PREVIEW_MINUTES, hint: PREVIEW_HINT }
      const files = [{ path: await kernel.blobs.pathOf(preview.digest), name: preview.fileName }]
      const { rows, schema, notes, breaks, cells } = await withTimeLimit(limit, signal, stop =>
        runTask(
          previewTask,
          {
            files,
            folder,
            target: join(folder, 'preview.parquet'),
            words: preview.fileName,
            append: false,
            wishes: {},
            decisions,
            earlier,
            reading: payload.reading,
            limitRows: LOOKED_AT,
            duckDbMb: DUCKDB_MB,
          },
          { signal: stop, progress, line, memoryMb: kernel.env.FLEXIML_INGESTION_MEMORY_MB, memory: child },
        ),
      )
      await finish(c => completePreview(c, scope, preview.id, { v: 1, rows, schema, notes, breaks, cells }))
    } finally {
      await rm(folder, { recursive: true, force: true })
    }
  },
  settle: (tx, job, settlement) => failPreview(tx, job.projectId, job.subjectId, settlement.state, settlement.reason),
})
