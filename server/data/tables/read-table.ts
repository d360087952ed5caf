import { z } from 'zod'
import type { ProjectScope } from '#server/kernel/scope.ts'
import { defineTask, type Task } from '#server/platform/tasks/define-task.ts'
import { interactiveLane, type LaneRequest } from '#server/platform/tasks/interactive-lane.ts'
import type { checkWritten } from '#tables/expectations/check-written.ts'
import type { scanFile } from '#tables/leaks/scan-file.ts'
import type { countBins } from '#tables/query/count-bins.ts'
import type { countTarget } from '#tables/query/count-target.ts'
import type { readPage } from '#tables/query/read-page.ts'
import type { sampleRows } from '#tables/query/sample-rows.ts'

type TableFunction = (input: never, report: never) => Promise<unknown>
type TableTask<F extends TableFunction> = Task<Parameters<F>[0], Awaited<ReturnType<F>>>

const isObject = (value: unknown) => typeof value === 'object' && value !== null

/** A function of the table library as a task of the interactive lane. This process loads its type only, never DuckDB. */
const interactiveTask = <F extends TableFunction>(path: string, name: string): TableTask<F> =>
  defineTask({
    name: 'table read',
    module: new URL(`../../../tables/${path}`, import.meta.url),
    function: name,
    input: z.custom<Parameters<F>[0]>(isObject),
    result: z.custom<Awaited<ReturnType<F>>>(isObject),
    memoryMb: 1536,
    // A person waits for it, as for the page itself.
    nice: 0,
    memoryHint: 'Take fewer columns or rows.',
  })

export const readPageTask = interactiveTask<typeof readPage>('query/read-page.ts', 'readPage')
export const countBinsTask = interactiveTask<typeof countBins>('query/count-bins.ts', 'countBins')
export const countTargetTask = interactiveTask<typeof countTarget>('query/count-target.ts', 'countTarget')
export const sampleRowsTask = interactiveTask<typeof sampleRows>('query/sample-rows.ts', 'sampleRows')
export const checkWrittenTask = interactiveTask<typeof checkWritten>('expectations/check-written.ts', 'checkWritten')
export const scanColumnsTask = interactiveTask<typeof scanFile>('leaks/scan-file.ts', 'scanFile')

/** Every task of the lane, for tests of what a process loads. */
export const INTERACTIVE_TASKS = {
  'read-page': readPageTask,
  'count-bins': countBinsTask,
  'count-target': countTargetTask,
  'sample-rows': sampleRowsTask,
  'check-written': checkWrittenTask,
  'scan-columns': scanColumnsTask,
}

/** Runs a table function in a child process while a person waits for it; see `InteractiveLane`. */
export const readTable = <I, O>(
  task: Task<I, O>,
  scope: ProjectScope,
  input: I,
  request: Omit<LaneRequest, 'projectId'>,
): Promise<O> => interactiveLane.run(task, input, { ...request, projectId: scope.projectId })
