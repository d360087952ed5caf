/**
 * The process of data tasks: DuckDB on files, one task after another. It has no database, no key and no network; it ends when its worker
 * does.
 */
import { setPriority } from 'node:os'
import { AppError } from '#server/kernel/errors.ts'
import { TableError } from '#tables/errors.ts'
import { preferToDie } from '../runtime/measure-memory.ts'
import { leaveWithParent } from '../runtime/watch-parent.ts'
import type { FromDataChild, ToDataChild } from './child-protocol.ts'
import { outOfDuckDbMemory } from './data-failure.ts'
import { loadTask } from './tasks.ts'

/** Serving and pages come first on a busy machine. */
const NICE = 5

const tell = (message: FromDataChild) => void process.send?.(message)
/** Cancelling kills this process; inside it nothing is ever aborted. */
const { signal } = new AbortController()

async function run({ name, input }: ToDataChild): Promise<void> {
  const task = await loadTask(name)
  const output = await task(input, {
    signal,
    progress: (done, note) => tell({ type: 'progress', done, note }),
  })
  tell({ type: 'done', output })
}

process.on('message', (message: ToDataChild) => {
  run(message).catch(thrown => {
    const error = outOfDuckDbMemory(thrown) ?? thrown
    if (error instanceof TableError) {
      const { code, message: text, hint } = error
      return tell({ type: 'failed', code, message: text, hint })
    }
    if (error instanceof AppError) {
      const { code, message: words, hint, details } = error
      const reasonCode = (error as { reasonCode?: string }).reasonCode
      return tell({ type: 'failed', code, reasonCode, message: words, hint, details })
    }
    tell({ type: 'failed', message: error instanceof Error ? error.message : String(error) })
    process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`)
  })
})

preferToDie()
try {
  setPriority(NICE)
} catch {
  // Some sandboxes forbid it; then it competes as an equal.
}
leaveWithParent()
