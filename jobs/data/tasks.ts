import type { WorkReport } from '#tables/report.ts'

/**
 * The data tasks by name: plain JSON in (paths of files, never a kernel), plain JSON out. Each is imported when it runs, so that a child
 * process loads only the modules of its own task.
 */
export const DATA_TASKS = {
  ingest: async () => (await import('#tables/read/ingest-table.ts')).ingestTable,
  'profile-version': async () => (await import('#tables/profile/profile-version.ts')).profileVersion,
  'relate-columns': async () => (await import('#tables/profile/relate-columns.ts')).relateColumns,
  'diff-versions': async () => (await import('#tables/diff/compare-files.ts')).compareFiles,
  'find-leaks': async () => (await import('#tables/leaks/scan-file.ts')).scanFile,
  'validate-version': async () => (await import('#tables/expectations/check-expectations.ts')).checkExpectations,
  'run-query': async () => (await import('#tables/query/run-query.ts')).runQuery,
}

export type DataTaskName = keyof typeof DATA_TASKS
type Run<N extends DataTaskName> = Awaited<ReturnType<(typeof DATA_TASKS)[N]>>
export type DataTaskInput<N extends DataTaskName> = Parameters<Run<N>>[0]
export type DataTaskOutput<N extends DataTaskName> = Awaited<ReturnType<Run<N>>>

/** Loads a task. The caller guarantees that `input` belongs to `name`, as `runTask` does. */
export async function loadTask(name: string): Promise<(input: unknown, report: WorkReport) => Promise<unknown>> {
  if (!(name in DATA_TASKS)) throw new Error(`There is no data task ${name}.`)
  return (await DATA_TASKS[name as DataTaskName]()) as (input: unknown, report: WorkReport) => Promise<unknown>
}
