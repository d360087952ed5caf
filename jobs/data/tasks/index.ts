import { readdir } from 'node:fs/promises'
import { basename } from 'node:path'
import { AppError } from '#server/kernel/errors.ts'
import type { DataTask } from '../task.ts'

type AnyTask = DataTask<unknown, unknown>
const isTask = (value: unknown): value is AnyTask =>
  typeof value === 'object' && value !== null && 'name' in value && 'run' in value && typeof value.run === 'function'

async function tasksIn(file: string): Promise<AnyTask[]> {
  const exported = (await import(new URL(`./${file}`, import.meta.url).href)) as Record<string, unknown>
  return Object.values(exported).filter(isTask)
}

/**
 * The registry of data tasks: every task that a file of this folder exports, found by its name. A process loads the file that is named as
 * the task first, so that one task does not pay for the others.
 */
export async function findTask(name: string): Promise<AnyTask> {
  const files = (await readdir(new URL('./', import.meta.url), { recursive: true })).filter(
    f => f.endsWith('.ts') && !f.endsWith('.test.ts') && f !== 'index.ts',
  )
  const likely = `${name.split('.').at(-1)}.ts`
  const first = (file: string) => Number(basename(file) === likely)
  for (const file of files.sort((a, b) => first(b) - first(a))) {
    const task = (await tasksIn(file)).find(t => t.name === name)
    if (task) return task
  }
  throw new AppError('internal', `There is no data task ${name}.`)
}
