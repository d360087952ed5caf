import { z } from 'zod'
import { defineTask, type Task } from '#server/platform/tasks/define-task.ts'
import type { compareFiles } from '#tables/diff/compare-files.ts'
import type { checkExpectations } from '#tables/expectations/check-expectations.ts'
import type { scanFile } from '#tables/leaks/scan-file.ts'
import type { profileVersion } from '#tables/profile/profile-version.ts'
import type { relateColumns } from '#tables/profile/relate-columns.ts'
import type { runQuery } from '#tables/query/run-query.ts'
import type { ingestTable } from '#tables/read/ingest-table.ts'

type TableFunction = (input: never, report: never) => Promise<unknown>
type TableTask<F extends TableFunction> = Task<Parameters<F>[0], Awaited<ReturnType<F>>>

const isObject = (value: unknown) => typeof value === 'object' && value !== null

/** A function of the table library as a task: `path` below `tables/`. A process loads the modules of its own task only. */
const tableTask = <F extends TableFunction>(path: string, name: string): TableTask<F> =>
  defineTask({
    name: 'data',
    module: new URL(`../../tables/${path}`, import.meta.url),
    function: name,
    input: z.custom<Parameters<F>[0]>(isObject),
    result: z.custom<Awaited<ReturnType<F>>>(isObject),
    memoryMb: 1536,
    memoryHint: 'Take fewer columns or rows, or add the file as Parquet.',
  })

export const ingestTask = tableTask<typeof ingestTable>('read/ingest-table.ts', 'ingestTable')
/** The same for a person who waits: it comes before training when both compute. */
export const previewTask: typeof ingestTask = { ...ingestTask, nice: 0 }
export const profileVersionTask = tableTask<typeof profileVersion>('profile/profile-version.ts', 'profileVersion')
export const relateColumnsTask = tableTask<typeof relateColumns>('profile/relate-columns.ts', 'relateColumns')
export const diffVersionsTask = tableTask<typeof compareFiles>('diff/compare-files.ts', 'compareFiles')
export const findLeaksTask = tableTask<typeof scanFile>('leaks/scan-file.ts', 'scanFile')
export const validateVersionTask = tableTask<typeof checkExpectations>(
  'expectations/check-expectations.ts',
  'checkExpectations',
)
export const runQueryTask = tableTask<typeof runQuery>('query/run-query.ts', 'runQuery')

/** Every data task, for tests of what a process loads. */
export const DATA_TASKS = {
  ingest: ingestTask,
  'profile-version': profileVersionTask,
  'relate-columns': relateColumnsTask,
  'diff-versions': diffVersionsTask,
  'find-leaks': findLeaksTask,
  'validate-version': validateVersionTask,
  'run-query': runQueryTask,
}
