import { mkdir, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import {
  completeIngestion,
  completeUnchanged,
  describeBreak,
  failIngestion,
  findUnchanged,
  ingestFileJob,
  requireRoom,
  startIngestion,
} from '#server/data/service.ts'
import { AppError } from '#server/kernel/errors.ts'
import { runTask } from '#server/platform/tasks/run-task.ts'
import { defineHandler } from '../handler.ts'
import { fetchSource } from './sources/fetch-source.ts'
import { ingestTask } from './tasks.ts'
import { withTimeLimit } from './with-time-limit.ts'

/** Memory limit of DuckDB, which spills to disk above it. The process stays below 1 GiB, except for tables of thousands of columns. */
const DUCKDB_MB = 512
const SLOW_HINT = 'Add it as Parquet, or in parts. An administrator can raise FLEXIML_DATA_MINUTES.'

/** Ingests a source as the next version of its dataset, completely or not at all. */
export const ingestFile = defineHandler({
  definition: ingestFileJob,
  async run({ kernel, scope, payload, progress, line, finish, signal, child }) {
    const { ingestion, before, decisions, wishes, reading } = await startIngestion(kernel, scope, payload.ingestionId)
    const folder = await kernel.blobs.temporaryFolder()
    try {
      const fetchedTo = join(folder, 'fetched')
      await mkdir(fetchedTo)
      const report = { signal, progress, line }
      const minutes = kernel.env.FLEXIML_DATA_MINUTES
      const fetching = { what: `Fetching ${ingestion.fileName}`, minutes }
      const fetched = await withTimeLimit(fetching, signal, stop =>
        fetchSource({ kernel, scope, ingestion, folder: fetchedTo, ...report, signal: stop }),
      )
      const same = await findUnchanged(kernel, scope, ingestion, fetched.digest)
      if (same) {
        line('info', `${fetched.words}: nothing has changed since v${same.number}.`)
        return void (await finish(c => completeUnchanged(c, scope, ingestion, same)))
      }
      if (ingestion.append && !before)
        line('info', `There is no version of ${ingestion.datasetName} yet: these rows are the first.`)
      const parent = ingestion.append ? before : undefined
      if (fetched.files.length === 0) throw new AppError('invalid', `${fetched.words} has no rows.`)
      const target = join(folder, 'version.parquet')
      const limit = { what: `Reading ${ingestion.fileName}`, minutes, hint: SLOW_HINT }
      const previous = before && {
        path: await kernel.blobs.pathOf(before.digest),
        schema: before.schema,
        label: `v${before.number}`,
      }
      const made = await withTimeLimit(limit, signal, stop =>
        runTask(
          ingestTask,
          {
            files: fetched.files,
            folder,
            target,
            words: ingestion.fileName,
            before: previous,
            append: parent !== undefined,
            wishes,
            decisions,
            reading,
            duckDbMb: DUCKDB_MB,
          },
          { ...report, signal: stop, memoryMb: kernel.env.FLEXIML_INGESTION_MEMORY_MB, memory: child },
        ),
      )
      await requireRoom(kernel, scope, (await stat(target)).size)
      const blob = await kernel.blobs.putFile(target)
      line('info', `${made.rows} rows, ${made.schema.length} columns, ${blob.bytes} bytes of Parquet.`)
      for (const broken of made.breaks) line('warn', describeBreak(broken))
      const { rows, schema, notes, breaks } = made
      await finish(c =>
        completeIngestion(c, scope, ingestion, {
          sourceDigest: fetched.digest,
          origin: reading ? { ...fetched.origin, reading } : fetched.origin,
          blob,
          rows,
          schema,
          notes,
          breaks,
          parentId: parent?.id,
        }),
      )
    } finally {
      await rm(folder, { recursive: true, force: true })
    }
  },
  settle: (tx, job, settlement) => failIngestion(tx, job.projectId, job.subjectId, settlement.state, settlement.reason),
})
